// CRC-32C (Castagnoli), the checksum of iSCSI, ext4 and SSE 4.2: finds every error of up to 32 bits in a row.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace gpubench::series {

// Continues from `crc`, the checksum of what came before; 0 at the start.
std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t crc = 0);

}  // namespace gpubench::series
