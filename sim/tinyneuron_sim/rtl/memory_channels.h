// Device memory behind PhyPort: banks, rows, refresh and check bits; checks every timing rule.
//
// The same model in Python is memory_channels.py with memory_rules.py; a test holds both to one
// transaction log. `harness_config.h` has the timing and the address map.
#pragma once

#include "harness_config.h"
#include "memory_device.h"

#include <algorithm>
#include <array>
#include <deque>

namespace tinyneuron {

constexpr unsigned kBanks = 16, kBurst = 4;
constexpr unsigned kWordBytes = TN_ACCESS_BYTES / kBurst;
// Not inside a function: the loader would make one of those of all models in a process.
constexpr uint32_t kRowPatterns[] = TN_ROW_PATTERNS, kColumnPatterns[] = TN_COLUMN_PATTERNS,
                   kBankPatterns[] = TN_BANK_PATTERNS;
constexpr unsigned kWords = kWordBytes / 8; // 64-bit words that pass together

// Check bits of 64-bit words: a table for each byte.
class CheckBits {
public:
    CheckBits() {
        static const uint8_t columns[64] = TN_CHECK_COLUMNS;
        for (unsigned byte = 0; byte < 8; ++byte)
            for (unsigned value = 0; value < 256; ++value) {
                uint8_t check = 0;
                for (unsigned bit = 0; bit < 8; ++bit)
                    if (value >> bit & 1) check ^= columns[8 * byte + bit];
                table_[byte][value] = check;
            }
    }

    uint8_t of(const uint8_t* word) const {
        uint8_t check = 0;
        for (unsigned byte = 0; byte < 8; ++byte) check ^= table_[byte][word[byte]];
        return check;
    }

private:
    uint8_t table_[8][256];
};

// Bytes and check bits. What is kept is how far check bits are from right, nearly always 0.
class EccMemory {
public:
    void read(uint64_t address, uint8_t* data, uint64_t size) { bytes_.read(address, data, size); }

    void write(uint64_t address, const uint8_t* data, uint64_t size) {
        bytes_.write(address, data, size);
        for (auto item = wrong_.begin(); item != wrong_.end();) {
            const bool touched = item->first >= address / 8 && item->first < (address + size + 7) / 8;
            item = touched ? wrong_.erase(item) : std::next(item);
        }
    }

    void flip(uint64_t address, uint64_t data_mask, uint8_t check_mask) {
        uint8_t old[8], mask[8];
        std::memcpy(mask, &data_mask, 8);
        bytes_.read(address / 8 * 8, old, 8);
        for (unsigned i = 0; i < 8; ++i) old[i] ^= mask[i];
        bytes_.write(address / 8 * 8, old, 8);
        set(address / 8, wrong(address / 8) ^ check_mask ^ code_.of(mask));
    }

    uint8_t read_word(uint64_t address, uint8_t* data) {
        bytes_.read(address, data, 8);
        return code_.of(data) ^ wrong(address / 8);
    }

    void write_word(uint64_t address, const uint8_t* data, uint8_t check) {
        bytes_.write(address, data, 8);
        set(address / 8, check ^ code_.of(data));
    }

private:
    uint8_t wrong(uint64_t word) const {
        if (wrong_.empty()) return 0;
        const auto found = wrong_.find(word);
        return found == wrong_.end() ? 0 : found->second;
    }

    void set(uint64_t word, uint8_t wrong) {
        if (wrong) {
            wrong_[word] = wrong;
        } else if (!wrong_.empty()) {
            wrong_.erase(word);
        }
    }

    SparseMemory bytes_;
    CheckBits code_;
    std::unordered_map<uint64_t, uint8_t> wrong_;
};

// Timing rules of one channel, as its commands come. `broken` gets the first violation, in words.
class ChannelRules {
public:
    ChannelRules(unsigned channel, std::string& broken) : channel_(channel), broken_(broken) {}

    uint64_t deadline() const { return (rounds() + 1 + TN_POSTPONED) * TN_TREFI; }

    void check_deadline(uint64_t cycle) {
        if (cycle < deadline()) return;
        unsigned late = 0;
        while (banks_[late].refreshes != rounds()) ++late;
        fail("tREFI", "REFRESH " + std::to_string(rounds() + 1) + " of bank " + std::to_string(late) +
                          " has not come before cycle " + std::to_string(deadline()));
    }

    void activate(uint64_t cycle, unsigned bank, uint64_t row) {
        Bank& state = banks_[bank];
        if (state.open) refuse(cycle, "state", "ACTIVATE", bank, "a row is open");
        at_least(cycle, state.refreshed_at, "tRFC", "ACTIVATE", bank);
        at_least(cycle, other_at_, "tRREFD", "ACTIVATE", bank);
        at_least(cycle, state.activate_at, "tRP", "ACTIVATE", bank);
        uint64_t& oldest = activates_[activate_count_ % 4];
        if (activate_count_ >= 4) at_least(cycle, oldest + TN_TFAW, "tFAW", "ACTIVATE", bank);
        oldest = cycle;
        ++activate_count_;
        state.open = true;
        state.row = row;
        state.column_at = cycle + TN_TRCD;
        state.precharge_at = cycle + TN_TRAS;
    }

    void precharge(uint64_t cycle, unsigned bank) {
        Bank& state = banks_[bank];
        at_least(cycle, state.refreshed_at, "tRFC", "PRECHARGE", bank);
        at_least(cycle, state.precharge_at, "tRAS/tWR", "PRECHARGE", bank);
        if (!state.open) return;
        state.open = false;
        state.activate_at = cycle + TN_TRP;
    }

    void precharge_all(uint64_t cycle) {
        for (unsigned bank = 0; bank < kBanks; ++bank) precharge(cycle, bank);
    }

    // Of one bank, or of all where the memory refreshes them together.
    void refresh(uint64_t cycle, unsigned bank) {
        at_least(cycle, other_at_, "tRREFD", "REFRESH", bank);
        const uint64_t before = rounds();
        const unsigned first = TN_PER_BANK ? bank : 0, last = TN_PER_BANK ? bank : kBanks - 1;
        for (unsigned i = first; i <= last; ++i) {
            Bank& state = banks_[i];
            if (state.open) refuse(cycle, "state", "REFRESH", i, "a row is open");
            at_least(cycle, state.refreshed_at, "tRFC", "REFRESH", i);
            at_least(cycle, state.activate_at, "tRP", "REFRESH", i);
            if (state.refreshes != before) refuse(cycle, "order", "REFRESH", i, "others have not had theirs");
            state.refreshed_at = cycle + TN_TRFC;
            ++state.refreshes;
        }
        other_at_ = cycle + TN_TRREFD;
    }

    // A READ or WRITE; returns the open row.
    uint64_t column(uint64_t cycle, unsigned bank, bool write) {
        Bank& state = banks_[bank];
        const char* name = write ? "WRITE" : "READ";
        if (!state.open) {
            refuse(cycle, "state", name, bank, "no row is open");
            return 0;
        }
        at_least(cycle, state.column_at, "tRCD", name, bank);
        at_least(cycle, column_at_[write], "data bus", name, bank);
        column_at_[write] = cycle + kBurst;
        column_at_[!write] = cycle + kBurst + TN_TURNAROUND;
        const uint64_t wait = write ? TN_TCL + kBurst + TN_TWR : kBurst;
        state.precharge_at = std::max(state.precharge_at, cycle + wait);
        return state.row;
    }

private:
    struct Bank {
        bool open = false;
        uint64_t row = 0, refreshes = 0, activate_at = 0, column_at = 0, precharge_at = 0, refreshed_at = 0;
    };

    // Refreshes that every bank has had.
    uint64_t rounds() const {
        uint64_t least = UINT64_MAX;
        for (const Bank& bank : banks_) least = std::min(least, bank.refreshes);
        return least;
    }

    void at_least(uint64_t cycle, uint64_t first, const char* rule, const char* name, unsigned bank) {
        if (cycle < first)
            refuse(cycle, rule, name, bank, "not allowed before cycle " + std::to_string(first));
    }

    void refuse(uint64_t cycle, const char* rule, const char* name, unsigned bank, const std::string& why) {
        fail(rule, std::string(name) + " of bank " + std::to_string(bank) + " in cycle " +
                       std::to_string(cycle) + ": " + why);
    }

    void fail(const char* rule, const std::string& what) {
        if (broken_.empty())
            broken_ = "memory channel " + std::to_string(channel_) + ": " + rule + ": " + what;
    }

    unsigned channel_;
    std::string& broken_;
    std::array<Bank, kBanks> banks_;
    std::array<uint64_t, 4> activates_{};
    uint64_t activate_count_ = 0;
    uint64_t other_at_ = 0; // first ACTIVATE or REFRESH, of any bank, after a REFRESH of one
    uint64_t column_at_[2] = {0, 0};
};

// Bits of a port, which is little-endian bytes.
inline uint64_t port_bits(const void* port, uint64_t offset, unsigned width) {
    const uint8_t* bytes = static_cast<const uint8_t*>(port);
    uint64_t value = 0;
    for (unsigned i = 0; i < width; ++i) {
        const uint64_t bit = offset + i;
        value |= static_cast<uint64_t>(bytes[bit / 8] >> (bit % 8) & 1) << i;
    }
    return value;
}

class ChannelsDevice {
public:
    ChannelsDevice() {
        for (unsigned channel = 0; channel < TN_CHANNELS; ++channel) rules_.emplace_back(channel, broken);
        deadline_ = rules_[0].deadline();
    }

    EccMemory memory;
    std::string broken; // the first violation of a rule
    bool logging = false;
    std::string log;

    // What stands on the port in a cycle. Returns nothing; words of writes are taken.
    template <typename Model> void outputs(const Model& phy) {
        if (phy.rows) {
            for (unsigned channel = 0; channel < TN_CHANNELS; ++channel)
                if (phy.rows >> channel & 1) row_command(channel, phy);
        }
        if (phy.columns) {
            for (unsigned channel = 0; channel < TN_CHANNELS; ++channel)
                if (phy.columns >> channel & 1) column_command(channel, phy);
        }
        if (!waiting_) return;
        for (unsigned channel = 0; channel < TN_CHANNELS; ++channel)
            if (due(channel, true)) write_word(channel, phy);
    }

    // Start of a cycle: the words that come back in it. Returns a bit for each channel.
    uint64_t inputs(uint8_t* data, uint8_t* check) {
        uint64_t valid = 0;
        if (!waiting_) return valid;
        for (unsigned channel = 0; channel < TN_CHANNELS; ++channel) {
            if (!due(channel, false)) continue;
            uint8_t* word = data + channel * kWordBytes;
            for (unsigned i = 0; i < kWords; ++i)
                check[channel * kWords + i] = memory.read_word(word_address(channel) + 8 * i, word + 8 * i);
            if (logging) line(channel, "R " + hex(word, kWordBytes) + " " + hex(check + channel * kWords, kWords));
            pass_word(channel);
            valid |= uint64_t(1) << channel;
        }
        return valid;
    }

    void next_cycle() {
        if (++cycle_ < deadline_) return;
        for (ChannelRules& rules : rules_) rules.check_deadline(cycle_);
    }

private:
    struct Burst {
        uint64_t first;
        bool write;
        uint64_t address;
    };

    template <typename Model> void row_command(unsigned channel, const Model& phy) {
        const unsigned command = port_bits(phy.row_command, 2 * channel, 2);
        const unsigned bank = port_bits(phy.row_bank, TN_BANK_BITS * channel, TN_BANK_BITS);
        ChannelRules& rules = rules_[channel];
        if (command == TN_ACTIVATE) {
            const uint64_t row = port_bits(phy.row_row, TN_ROW_BITS * channel, TN_ROW_BITS);
            if (logging) line(channel, "ACT " + std::to_string(bank) + " " + std::to_string(row));
            rules.activate(cycle_, bank, row);
        } else if (command == TN_PRECHARGE) {
            if (logging) line(channel, "PRE " + std::to_string(bank));
            rules.precharge(cycle_, bank);
        } else if (command == TN_PRECHARGE_ALL) {
            if (logging) line(channel, "PREA");
            rules.precharge_all(cycle_);
        } else {
            if (logging) line(channel, TN_PER_BANK ? "REF " + std::to_string(bank) : "REF");
            rules.refresh(cycle_, bank);
            deadline_ = UINT64_MAX;
            for (const ChannelRules& each : rules_) deadline_ = std::min(deadline_, each.deadline());
        }
    }

    template <typename Model> void column_command(unsigned channel, const Model& phy) {
        const bool write = port_bits(phy.column_write, channel, 1);
        const unsigned bank = port_bits(phy.column_bank, TN_BANK_BITS * channel, TN_BANK_BITS);
        const unsigned column = port_bits(phy.column_column, TN_COLUMN_BITS * channel, TN_COLUMN_BITS);
        if (logging) line(channel, std::string(write ? "WR " : "RD ") + std::to_string(bank) + " " + std::to_string(column));
        const uint64_t row = rules_[channel].column(cycle_, bank, write);
        const uint64_t address = join(channel, bank, row, column) * TN_ACCESS_BYTES;
        bursts_[channel].push_back({cycle_ + TN_TCL, write, address});
        ++waiting_;
    }

    template <typename Model> void write_word(unsigned channel, const Model& phy) {
        const uint8_t* data = static_cast<const uint8_t*>(phy.write_data) + channel * kWordBytes;
        const uint8_t* check = static_cast<const uint8_t*>(phy.write_check) + channel * kWords;
        const unsigned enable = port_bits(phy.write_enable, kWords * channel, kWords);
        for (unsigned i = 0; i < kWords; ++i)
            if (enable >> i & 1) memory.write_word(word_address(channel) + 8 * i, data + 8 * i, check[i]);
        if (logging) line(channel, "W " + hex(data, kWordBytes) + " " + hex(check, kWords) + " " + std::to_string(enable));
        pass_word(channel);
    }

    bool due(unsigned channel, bool write) const {
        const std::deque<Burst>& bursts = bursts_[channel];
        return !bursts.empty() && bursts.front().first <= cycle_ && bursts.front().write == write;
    }

    uint64_t word_address(unsigned channel) const {
        const Burst& burst = bursts_[channel].front();
        return burst.address + kWordBytes * (cycle_ - burst.first);
    }

    void pass_word(unsigned channel) {
        if (cycle_ - bursts_[channel].front().first != kBurst - 1) return;
        bursts_[channel].pop_front();
        --waiting_;
    }

    // Number of the access at a place; see hbm/address.py, which says what each bit adds to
    // `bank | channel`.
    static uint64_t join(unsigned channel, unsigned bank, uint64_t row, unsigned column) {
        uint32_t mixed = bank << TN_CHANNEL_BITS | channel;
        for (unsigned i = 0; i < TN_ROW_BITS; ++i)
            if (row >> i & 1) mixed ^= kRowPatterns[i];
        for (unsigned i = 0; i < TN_COLUMN_BITS; ++i)
            if (column >> i & 1) mixed ^= kColumnPatterns[i];
        const uint64_t plain_bank = mixed >> TN_CHANNEL_BITS;
        for (unsigned i = 0; i < TN_BANK_BITS; ++i)
            if (plain_bank >> i & 1) mixed ^= kBankPatterns[i];
        const uint64_t plain_channel = mixed & ((1u << TN_CHANNEL_BITS) - 1);
        const uint64_t upper = (row << TN_BANK_BITS | plain_bank) << TN_COLUMN_BITS | column;
        return upper << TN_CHANNEL_BITS | plain_channel;
    }

    static std::string hex(const uint8_t* data, unsigned size) {
        static const char* digits = "0123456789abcdef";
        std::string text;
        for (unsigned i = 0; i < size; ++i) {
            text += digits[data[i] >> 4];
            text += digits[data[i] & 15];
        }
        return text;
    }

    void line(unsigned channel, const std::string& rest) {
        log += std::to_string(cycle_) + " " + std::to_string(channel) + " " + rest + "\n";
    }

    std::vector<ChannelRules> rules_;
    std::array<std::deque<Burst>, TN_CHANNELS> bursts_;
    unsigned waiting_ = 0;
    uint64_t cycle_ = 0, deadline_ = 0;
};

} // namespace tinyneuron
