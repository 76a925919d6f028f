// The next batch of samples, made ready while the database still works on the one before.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>

#include "exporting/delivery.h"
#include "exporting/receiver.h"
#include "exporting/source.h"

namespace gpubench::exporting {

// One thread. `source` and `receiver` must outlive it.
class ReadAhead {
 public:
  struct Next {
    Batch batch;
    Place end;  // of what was read for it
  };
  using DealtWith = std::function<bool(Place)>;

  // `most`: samples in a batch.
  ReadAhead(Source& source, const Receiver& receiver, std::size_t most)
      : source_(source), receiver_(receiver), most_(most) {}

  // Has a batch ready, unless the source holds nothing more by now. Samples before `delivered`, and those that
  // `dealt_with` knows, are read (and counted) but not sent again.
  void prepare(Place delivered, const DealtWith& dealt_with);
  // Does that where the source is known to hold more than was read: else reading would end in many small batches.
  void prepare_if_behind(Place delivered, const DealtWith& dealt_with);
  std::optional<Next> take();
  // Nothing is ready, and the source held nothing more.
  [[nodiscard]] bool is_empty() const { return !next_ && source_is_empty_; }
  // Why the source could not be read; empty: it could.
  [[nodiscard]] const std::string& trouble() const { return trouble_; }

 private:
  Source& source_;
  const Receiver& receiver_;
  const std::size_t most_;
  std::optional<Next> next_;
  bool source_is_empty_ = false;
  bool behind_ = false;  // the source held as much as a batch takes
  std::string trouble_;
};

}  // namespace gpubench::exporting
