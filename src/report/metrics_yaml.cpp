#include "report/metrics_yaml.h"

#include <yaml-cpp/yaml.h>

#include <sstream>
#include <unordered_map>

#include "base/json.h"
#include "report/metrics_document.h"
#include "report/text.h"

namespace gpubench::report {
namespace {

// Text that is known to need no quotes. Of each other scalar yaml-cpp asks that by regular expressions, which takes most of
// the time of a large document.
struct PlainText {
  const std::string& text;
  friend std::ostream& operator<<(std::ostream& out, const PlainText& plain) { return out << plain.text; }
};

class Writer {
 public:
  explicit Writer(std::ostream& out) : out_(out) {}

  // Numbers exact and in no locale, strings always quoted.
  void write(const Document& value) {
    switch (value.type()) {
      case Document::value_t::object:
        out_ << YAML::BeginMap;
        for (const auto& [key, item] : value.items()) {
          write_key(key);
          write(item);
        }
        out_ << YAML::EndMap;
        break;
      case Document::value_t::array:
        out_ << YAML::BeginSeq;
        for (const Document& item : value) write(item);
        out_ << YAML::EndSeq;
        break;
      case Document::value_t::string:
        write_quoted(value.get_ref<const std::string&>());
        break;
      case Document::value_t::boolean:
        out_ << value.get<bool>();
        break;
      case Document::value_t::number_float:
        write_plain(exact_number(value.get<double>()));
        break;
      case Document::value_t::number_integer:
      case Document::value_t::number_unsigned:
        write_plain(base::json_text(value));
        break;
      default:
        out_ << YAML::Null;
    }
  }

  // An object, of which the list `list` comes from `each`.
  void write_with_list(const Document& document, std::string_view list, const EachEntry& each) {
    out_ << YAML::BeginMap;
    for (const auto& [key, item] : document.items()) {
      write_key(key);
      if (key != list) {
        write(item);
        continue;
      }
      out_ << YAML::BeginSeq;
      each([this](const Document& entry) { write(entry); });
      out_ << YAML::EndSeq;
    }
    out_ << YAML::EndMap;
  }

 private:
  void write_plain(const std::string& text) { out_.WriteIntegralType(PlainText{text}); }

  // yaml-cpp leaves these as they are; but YAML forbids DEL, and YAML 1.1 takes the other two for line ends.
  void write_quoted(const std::string& text) {
    const auto has = [&](std::string_view character) { return text.find(character) != std::string::npos; };
    if (has("\x7f") || has("\u2028") || has("\u2029")) out_ << YAML::EscapeNonAscii;
    out_ << YAML::DoubleQuoted << text;
  }

  void write_key(const std::string& key) {
    out_ << YAML::Key;
    const auto [known, is_new] = plain_keys_.try_emplace(key, false);
    if (is_new) {
      YAML::Emitter alone;
      alone << key;
      known->second = alone.c_str() == key;
    }
    if (known->second)
      write_plain(key);
    else
      out_ << key;
    out_ << YAML::Value;
  }

  YAML::Emitter out_;
  std::unordered_map<std::string, bool> plain_keys_;  // whether yaml-cpp writes a key without quotes
};

}  // namespace

void write_yaml(std::ostream& out, const Document& document, std::string_view list, const EachEntry& each) {
  Writer writer(out);
  if (list.empty())
    writer.write(document);
  else
    writer.write_with_list(document, list, each);
  out << "\n";
}

std::string metrics_yaml(const record::RunRecord& run) {
  std::ostringstream out;
  write_yaml(out, metrics_document(run));
  return out.str();
}

std::string metrics_json(const record::RunRecord& run) {
  return base::json_text(metrics_document(run), 2) + "\n";
}

}  // namespace gpubench::report
