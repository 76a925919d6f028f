#include "report/metrics_yaml.h"

#include <yaml-cpp/yaml.h>

#include "report/metrics_document.h"
#include "report/text.h"

namespace gpubench::report {
namespace {

// Numbers exact and in no locale, strings always quoted.
void emit(YAML::Emitter& out, const Document& value) {
  switch (value.type()) {
    case Document::value_t::object:
      out << YAML::BeginMap;
      for (const auto& [key, item] : value.items()) {
        out << YAML::Key << key << YAML::Value;
        emit(out, item);
      }
      out << YAML::EndMap;
      break;
    case Document::value_t::array:
      out << YAML::BeginSeq;
      for (const Document& item : value) emit(out, item);
      out << YAML::EndSeq;
      break;
    case Document::value_t::string:
      out << YAML::DoubleQuoted << value.get_ref<const std::string&>();
      break;
    case Document::value_t::boolean:
      out << value.get<bool>();
      break;
    case Document::value_t::number_float:
      out << exact_number(value.get<double>());
      break;
    case Document::value_t::number_integer:
    case Document::value_t::number_unsigned:
      out << value.dump();
      break;
    default:
      out << YAML::Null;
  }
}

}  // namespace

std::string yaml_text(const Document& document) {
  YAML::Emitter out;
  emit(out, document);
  return std::string(out.c_str()) + "\n";
}

std::string metrics_yaml(const record::RunRecord& run) {
  return yaml_text(metrics_document(run));
}

std::string metrics_json(const record::RunRecord& run) {
  return metrics_document(run).dump(2) + "\n";
}

}  // namespace gpubench::report
