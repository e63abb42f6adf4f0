/*
 * crc: CRC-32 of much data, as evd_crc32 gives it, by carry-less multiplication where the processor has that.
 * For those who write; the verifier reads so little with it that it does without.
 */
#ifndef EVD_CRC_H
#define EVD_CRC_H

#include <stddef.h>
#include <stdint.h>

/* evd_crc32_bulk(crc, data, len): the same value as evd_crc32 (base/digest.h). */
uint32_t evd_crc32_bulk(uint32_t crc, const void *data, size_t len);

#endif
