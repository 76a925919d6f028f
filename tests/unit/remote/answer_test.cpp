#include "remote/answer.h"

#include <gtest/gtest.h>

namespace gpubench::remote {
namespace {

struct Read {
  std::string body;
  std::optional<int> code;
};

Read read(const std::string& bytes, std::size_t piece) {
  Read read;
  AnswerReader reader([&](std::string_view part) { read.body += part; });
  for (std::size_t at = 0; at < bytes.size(); at += piece) reader.take(std::string_view(bytes).substr(at, piece));
  read.code = reader.finish();
  return read;
}

std::string framed(const std::string& body, const std::string& code) {
  return "\n" + begin_mark() + "\n" + body + "\n" + end_mark() + " " + code + "\n";
}

TEST(AnswerReader, FindsTheAnswerInWhateverALoginPrints) {
  const std::string body("bytes\0of\nany kind\n", 18);
  for (const std::size_t piece : {1U, 7U, 100000U}) {
    const Read found = read("Welcome!\nno line end" + framed(body, "3"), piece);
    EXPECT_EQ(found.body, body);
    EXPECT_EQ(found.code, 3);
  }
  EXPECT_EQ(read(framed("", "0"), 5).body, "");
  EXPECT_EQ(read(std::string(300000, 'n') + framed("x", "0"), 1000).body, "x");
}

TEST(AnswerReader, WhatCannotBeTheEndIsHandedOnAtOnce) {
  std::string body;
  AnswerReader reader([&](std::string_view part) { body += part; });
  reader.take(begin_mark() + "\nO 3\nup\n.\n");
  EXPECT_EQ(body, "O 3\nup\n.") << "the last line's end may begin the end's line";
  reader.take("\niris-gpubench-answer-6f1c end");
  EXPECT_EQ(body, "O 3\nup\n.\n");
  reader.take("less\n");
  EXPECT_EQ(body, "O 3\nup\n.\n\niris-gpubench-answer-6f1c endless");
}

TEST(AnswerReader, AnAnswerThatIsCutIsNone) {
  const std::string whole = framed(std::string(1000, 'b'), "12");
  for (std::size_t length = 0; length < whole.size(); ++length)
    EXPECT_FALSE(read(whole.substr(0, length), 64).code) << length;
  EXPECT_FALSE(read("iris-gpubench: command not found\n", 64).code);
}

}  // namespace
}  // namespace gpubench::remote
