#include "live/keys.h"

#include <gtest/gtest.h>

namespace gpubench::live {
namespace {

using Keys = std::vector<Key>;

TEST(Keys, LettersAndSequences) {
  EXPECT_EQ(keys_of("q \t?"), (Keys{Key::quit, Key::pause, Key::pane, Key::help}));
  EXPECT_EQ(keys_of("\033[A\033OB\033[5~\033[6~\033[H\033[F"),
            (Keys{Key::up, Key::down, Key::page_up, Key::page_down, Key::first, Key::last}));
}

TEST(Keys, LettersOfAnUnknownSequenceAreNoKeys) {
  EXPECT_EQ(keys_of("\033[1;5q"), Keys{Key::other});
  EXPECT_EQ(keys_of("\033[200~x"), (Keys{Key::other, Key::other}));
  EXPECT_EQ(keys_of("\033q"), Keys{Key::other});
  EXPECT_EQ(keys_of("\033"), Keys{Key::escape});
  EXPECT_EQ(keys_of("\033["), Keys{Key::other});
}

}  // namespace
}  // namespace gpubench::live
