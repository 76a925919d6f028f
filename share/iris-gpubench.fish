# Completion of iris-gpubench for fish. The program itself says what may come next, so this fits every version of it.
# Installed as share/fish/vendor_completions.d/iris-gpubench.fish.

function __iris_gpubench_complete
    set -l words (commandline -opc)
    set -l begun (commandline -ct)
    for line in (command $words[1] __complete $words[2..-1] "$begun" 2>/dev/null)
        switch $line
            case :file
                __fish_complete_path "$begun"
            case :folder
                __fish_complete_directories "$begun"
            case :command
                __fish_complete_command
            case '*'
                echo $line
        end
    end
end

complete --command iris-gpubench --no-files --keep-order --arguments '(__iris_gpubench_complete)'
