// Sparse storage, and the device memory behind FixedPort: a fixed latency.
//
// The same model in Python is memory_device.py; a test holds both to one transaction log.
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace tinyneuron {

// Bytes by address, in pages that exist once written; everything else reads as 0.
class SparseMemory {
public:
    static constexpr uint64_t kPageBytes = 1 << 16;

    void read(uint64_t address, uint8_t* data, uint64_t size) {
        for_each_page(address, size, [&](uint64_t index, uint64_t offset, uint64_t count) {
            const uint8_t* page = find(index);
            if (page) {
                std::memcpy(data, page + offset, count);
            } else {
                std::memset(data, 0, count);
            }
            data += count;
        });
    }

    void write(uint64_t address, const uint8_t* data, uint64_t size) {
        for_each_page(address, size, [&](uint64_t index, uint64_t offset, uint64_t count) {
            std::memcpy(make(index) + offset, data, count);
            data += count;
        });
    }

    // One aligned unit, only the bytes whose bit in `mask` is set. Units never cross a page.
    void write_masked(uint64_t address, const uint8_t* data, const uint8_t* mask, uint64_t size) {
        uint8_t* unit = make(address / kPageBytes) + address % kPageBytes;
        for (uint64_t i = 0; i < size; ++i) {
            if (mask[i / 8] >> (i % 8) & 1) unit[i] = data[i];
        }
    }

private:
    template <typename Action> static void for_each_page(uint64_t address, uint64_t size, Action action) {
        while (size) {
            const uint64_t offset = address % kPageBytes;
            const uint64_t count = size < kPageBytes - offset ? size : kPageBytes - offset;
            action(address / kPageBytes, offset, count);
            address += count;
            size -= count;
        }
    }

    uint8_t* find(uint64_t index) {
        if (last_ && index == last_index_) return last_;
        const auto found = pages_.find(index);
        if (found == pages_.end()) return nullptr;
        last_index_ = index;
        return last_ = found->second.get();
    }

    uint8_t* make(uint64_t index) {
        if (uint8_t* page = find(index)) return page;
        last_index_ = index;
        return last_ = (pages_[index] = std::make_unique<uint8_t[]>(kPageBytes)).get();
    }

    std::unordered_map<uint64_t, std::unique_ptr<uint8_t[]>> pages_;
    uint64_t last_index_ = 0;
    uint8_t* last_ = nullptr;
};

// Takes one command a cycle; read data comes back in order, `latency` cycles after its command.
template <unsigned kBytes> class FixedDevice {
public:
    static constexpr unsigned kMaskBytes = (kBytes + 7) / 8;

    explicit FixedDevice(unsigned latency) : latency_(latency), slots_(latency) {}

    SparseMemory memory;
    std::string broken; // no rule to break
    bool logging = false;
    std::string log;

    // Start of a cycle: the data that is due, or null.
    const uint8_t* due() {
        Slot& slot = slots_[cycle_ % latency_];
        if (!slot.full) return nullptr;
        slot.full = false;
        if (logging) line("D", hex(slot.data, kBytes));
        return slot.data;
    }

    // The command of this cycle. The slot it uses is the one `due` emptied.
    void read(uint64_t unit) {
        Slot& slot = slots_[cycle_ % latency_];
        slot.full = true;
        memory.read(unit * kBytes, slot.data, kBytes);
        if (logging) line("R", std::to_string(unit));
    }

    void write(uint64_t unit, const uint8_t* data, const uint8_t* mask) {
        memory.write_masked(unit * kBytes, data, mask, kBytes);
        if (logging) line("W", std::to_string(unit) + " " + hex(data, kBytes) + " " + hex(mask, kMaskBytes));
    }

    void next_cycle() { ++cycle_; }

private:
    struct Slot {
        bool full = false;
        uint8_t data[kBytes];
    };

    static std::string hex(const uint8_t* data, unsigned size) {
        static const char* digits = "0123456789abcdef";
        std::string text;
        for (unsigned i = 0; i < size; ++i) {
            text += digits[data[i] >> 4];
            text += digits[data[i] & 15];
        }
        return text;
    }

    void line(const char* kind, const std::string& rest) {
        log += std::to_string(cycle_) + " " + kind + " " + rest + "\n";
    }

    uint64_t cycle_ = 0;
    unsigned latency_;
    std::vector<Slot> slots_;
};

} // namespace tinyneuron
