// Runs a Verilated chip: clock, control port, device memory, trace events, waveform.
//
// Compiled with the model into a shared library that verilator.py calls. `harness_config.h` is
// generated: the memory's sizes and timing, and where the fields of a trace event are. Ports are
// copied as little-endian bytes, so the host must be little-endian.
#include "Vmodel.h"
#include "harness_config.h"
#include "memory_device.h"
#ifndef TN_MEMORY_FIXED
#include "memory_channels.h"
#endif
#include "verilated.h"
#include "verilated_sym_props.h"
#ifdef TN_WAVEFORM
#include "verilated_fst_c.h"
#endif

#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

// Verilator writes `__` inside a name as `___05F` and marks words it keeps for itself.
#define TN_INTERRUPT __SYM__interrupt
#define AXIL(name) model->s_axil___05F##name
#define PHY(name) model->phy___05F##name
#define HOST(name) model->host___05F##name
#define TRACE(name) model->trace___05F##name

namespace {

#ifdef TN_MEMORY_FIXED
using Device = tinyneuron::FixedDevice<TN_MEMORY_BYTES>;
#else
using Device = tinyneuron::ChannelsDevice;

// The outputs of PhyPort in one cycle.
struct PhyOutputs {
    uint64_t rows, columns;
    const void *row_command, *row_bank, *row_row, *column_write, *column_bank, *column_column;
    const void *write_data, *write_check, *write_enable;
};
#endif

// Cycles in which what the chip has written reaches device memory.
constexpr unsigned kCleanLimit = 100000;

struct TraceEvent {
    uint32_t cycle, source, stream, kind, pc;
};

uint32_t bits(unsigned __int128 value, unsigned offset, unsigned width) {
    return static_cast<uint32_t>(value >> offset & ((static_cast<unsigned __int128>(1) << width) - 1));
}

struct Chip {
    std::unique_ptr<VerilatedContext> context = std::make_unique<VerilatedContext>();
    std::unique_ptr<Vmodel> model = std::make_unique<Vmodel>(context.get());
#ifdef TN_WAVEFORM
    std::unique_ptr<VerilatedFstC> waveform;
#endif
    Device device{TN_DEVICE_ARGUMENTS};
#ifdef TN_HOST_BASE
    tinyneuron::FixedDevice<TN_HOST_BYTES> host{TN_HOST_LATENCY};
#endif
    std::vector<TraceEvent> events;
    uint64_t cycles = 0;

    Chip() {
#ifdef TN_WAVEFORM
        context->traceEverOn(true);
#endif
        model->clk = 1;
        model->rst = 1;
        AXIL(awvalid) = AXIL(wvalid) = AXIL(arvalid) = 0;
        PHY(read_valid) = 0;
#ifdef TN_HOST_BASE
        HOST(read_valid) = 0;
#endif
        model->eval();
    }

    ~Chip() {
        // Scopes leave the thread's context, which is that of the chip made last.
        Verilated::threadContextp(context.get());
        close_waveform();
        model->final();
    }

    void close_waveform() {
#ifdef TN_WAVEFORM
        if (waveform) waveform->close();
        waveform.reset();
#endif
    }

    void dump(unsigned half) {
#ifdef TN_WAVEFORM
        if (waveform) waveform->dump(10 * cycles + 5 * half);
#else
        (void)half;
#endif
    }

    // One cycle. Outputs are those of the cycle; inputs reach the chip in the next one, because the
    // wrapper around it registers them. So no logic of the chip depends on inputs directly, and
    // everything is settled after the rising edge.
    void tick() {
        take_outputs();
        if (TRACE(valid)) take_event();
        device.next_cycle();
        give_inputs();
        serve_host();
        model->clk = 0;
        model->eval();
        dump(0);
        model->clk = 1;
        model->eval();
        dump(1);
        ++cycles;
    }

#ifdef TN_MEMORY_FIXED
    void take_outputs() {
        if (!PHY(valid)) return;
        const uint64_t unit = PHY(address);
        if (PHY(write)) {
            device.write(unit, reinterpret_cast<const uint8_t*>(&PHY(write_data)),
                         reinterpret_cast<const uint8_t*>(&PHY(write_mask)));
        } else {
            device.read(unit);
        }
    }

    void give_inputs() {
        const uint8_t* data = device.due();
        PHY(read_valid) = data != nullptr;
        if (data) std::memcpy(&PHY(read_data), data, TN_MEMORY_BYTES);
    }
#else
    void take_outputs() {
        const PhyOutputs outputs = {
            PHY(row_valid), PHY(column_valid), &PHY(row_command), &PHY(row_bank), &PHY(row_row),
            &PHY(column_write), &PHY(column_bank), &PHY(column_column), &PHY(write_data),
            &PHY(write_check), &PHY(write_enable),
        };
        device.outputs(outputs);
    }

    void give_inputs() {
        PHY(read_valid) = device.inputs(reinterpret_cast<uint8_t*>(&PHY(read_data)),
                                        reinterpret_cast<uint8_t*>(&PHY(read_check)));
    }
#endif

    // The port to the host's memory is a FixedPort, whatever the device's is.
    void serve_host() {
#ifdef TN_HOST_BASE
        if (HOST(valid)) {
            const uint64_t unit = HOST(address);
            if (HOST(write)) {
                host.write(unit, reinterpret_cast<const uint8_t*>(&HOST(write_data)),
                           reinterpret_cast<const uint8_t*>(&HOST(write_mask)));
            } else {
                host.read(unit);
            }
        }
        host.next_cycle();
        const uint8_t* data = host.due();
        HOST(read_valid) = data != nullptr;
        if (data) std::memcpy(&HOST(read_data), data, TN_HOST_BYTES);
#endif
    }

    void take_event() {
        unsigned __int128 raw = 0;
        std::memcpy(&raw, &TRACE(payload), sizeof TRACE(payload));
        events.push_back({bits(raw, TN_TRACE_CYCLE), bits(raw, TN_TRACE_SOURCE),
                          bits(raw, TN_TRACE_STREAM), bits(raw, TN_TRACE_KIND),
                          bits(raw, TN_TRACE_PC)});
    }

    // Lets what the chip has written reach device memory.
    void clean() {
#ifndef TN_MEMORY_FIXED
        for (unsigned i = 0; i < kCleanLimit && !PHY(clean); ++i) tick();
#endif
    }

    // Bytes of device memory as they are, and from TN_HOST_BASE on of the host's.
    void peek(uint64_t address, uint8_t* data, uint64_t size) {
#ifdef TN_HOST_BASE
        if (address >= TN_HOST_BASE) return host.memory.read(address - TN_HOST_BASE, data, size);
#endif
        device.memory.read(address, data, size);
    }

    void reset(unsigned count) {
        model->rst = 1;
        for (unsigned i = 0; i < count; ++i) tick();
        model->rst = 0;
        tick();
        events.clear();
    }
};

// Cycles after which a control access that got no answer is given up.
constexpr unsigned kAccessLimit = 10000;
constexpr int kNoAnswer = -1;

} // namespace

extern "C" {

Chip* tn_create() { return new Chip(); }
void tn_destroy(Chip* chip) { delete chip; }
void tn_reset(Chip* chip, unsigned count) { chip->reset(count); }
uint64_t tn_cycles(Chip* chip) { return chip->cycles; }
int tn_interrupt(Chip* chip) { return chip->model->TN_INTERRUPT; }

// Reads a register; returns RRESP, or -1 when there is no answer. RREADY and BREADY are tied high.
int tn_csr_read(Chip* chip, uint32_t address, uint32_t* value) {
    auto& model = chip->model;
    AXIL(araddr) = address;
    AXIL(arvalid) = 1;
    bool offered = false; // what the chip sees in this cycle
    for (unsigned i = 0; i < kAccessLimit; ++i) {
        if (offered && AXIL(arready)) AXIL(arvalid) = 0;
        const bool answer = AXIL(rvalid);
        const int response = AXIL(rresp);
        *value = AXIL(rdata);
        chip->tick();
        offered = AXIL(arvalid);
        if (answer) return response;
    }
    AXIL(arvalid) = 0;
    return kNoAnswer;
}

// Writes a register; returns BRESP, or -1 when there is no answer.
int tn_csr_write(Chip* chip, uint32_t address, uint32_t value) {
    auto& model = chip->model;
    AXIL(awaddr) = address;
    AXIL(wdata) = value;
    AXIL(awvalid) = AXIL(wvalid) = 1;
    bool address_offered = false, data_offered = false;
    for (unsigned i = 0; i < kAccessLimit; ++i) {
        if (address_offered && AXIL(awready)) AXIL(awvalid) = 0;
        if (data_offered && AXIL(wready)) AXIL(wvalid) = 0;
        const bool answer = AXIL(bvalid);
        const int response = AXIL(bresp);
        chip->tick();
        address_offered = AXIL(awvalid);
        data_offered = AXIL(wvalid);
        if (answer) return response;
    }
    AXIL(awvalid) = AXIL(wvalid) = 0;
    return kNoAnswer;
}

// Runs until the interrupt line rises or `limit` cycles have passed; returns whether it has risen.
int tn_run(Chip* chip, uint64_t limit) {
    bool before = chip->model->TN_INTERRUPT;
    for (uint64_t i = 0; i < limit; ++i) {
        chip->tick();
        const bool now = chip->model->TN_INTERRUPT;
        if (now && !before) return 1;
        before = now;
    }
    return 0;
}

// A signal or memory that probes.vlt keeps visible: its bytes, how many rows of how many bytes;
// null when there is none. `scope` is the path of instances below the chip.
const void* tn_probe(Chip* chip, const char* scope, const char* name, uint64_t* rows,
                     uint64_t* row_bytes) {
    const std::string path = std::string("TOP." TN_WRAPPER ".chip.") + scope;
    const VerilatedScope* found = chip->context->scopeFind(path.c_str());
    const VerilatedVar* variable = found ? found->varFind(name) : nullptr;
    if (!variable) return nullptr;
    *row_bytes = variable->entSize();
    *rows = variable->totalSize() / variable->entSize();
    return variable->datap();
}

struct Watched {
    const uint8_t* data; // null: device memory at `address`
    uint64_t address, size;
};

// As tn_run, but also ends after a cycle in which one of the bytes at `pulses` is not 0 or watched
// bytes are no longer what they were. Bit 0: the interrupt line has risen; bit 1: the others.
int tn_run_until(Chip* chip, uint64_t limit, const uint8_t* const* pulses, uint64_t pulse_count,
                 const Watched* watched, uint64_t watched_count) {
    std::vector<uint8_t> before, now;
    const auto look = [&](std::vector<uint8_t>& into) {
        into.clear();
        for (uint64_t i = 0; i < watched_count; ++i) {
            const size_t at = into.size();
            into.resize(at + watched[i].size);
            if (watched[i].data) {
                std::memcpy(into.data() + at, watched[i].data, watched[i].size);
            } else {
                chip->peek(watched[i].address, into.data() + at, watched[i].size);
            }
        }
    };
    look(before);
    bool interrupt = chip->model->TN_INTERRUPT;
    for (uint64_t i = 0; i < limit; ++i) {
        chip->tick();
        int result = chip->model->TN_INTERRUPT && !interrupt;
        interrupt = chip->model->TN_INTERRUPT;
        for (uint64_t k = 0; k < pulse_count; ++k) {
            if (*pulses[k]) result |= 2;
        }
        if (watched_count) {
            look(now);
            if (now != before) result |= 2;
        }
        if (result) return result;
    }
    return 0;
}

// Runs until no trace event has come for `quiet` cycles.
void tn_drain_events(Chip* chip, unsigned quiet) {
    for (unsigned idle = 0; idle < quiet; ++idle) {
        const size_t before = chip->events.size();
        chip->tick();
        if (chip->events.size() != before) idle = 0;
    }
}

// Device memory, and from TN_HOST_BASE on the host's.
void tn_memory_read(Chip* chip, uint64_t address, uint8_t* data, uint64_t size) {
    chip->clean();
    chip->peek(address, data, size);
}

// The same without the writes that the memory controller still holds; no cycle passes.
void tn_memory_peek(Chip* chip, uint64_t address, uint8_t* data, uint64_t size) {
    chip->peek(address, data, size);
}

void tn_memory_write(Chip* chip, uint64_t address, const uint8_t* data, uint64_t size) {
    chip->clean();
#ifdef TN_HOST_BASE
    if (address >= TN_HOST_BASE) return chip->host.memory.write(address - TN_HOST_BASE, data, size);
#endif
    chip->device.memory.write(address, data, size);
}

uint64_t tn_event_count(Chip* chip) { return chip->events.size(); }
const TraceEvent* tn_events(Chip* chip) { return chip->events.data(); }
void tn_clear_events(Chip* chip) { chip->events.clear(); }

// Inverts bits of the 64-bit word at `address` and of its check bits.
void tn_memory_flip(Chip* chip, uint64_t address, uint64_t data_mask, unsigned check_mask) {
#ifdef TN_MEMORY_FIXED
    (void)chip, (void)address, (void)data_mask, (void)check_mask;
#else
    chip->clean();
    chip->device.memory.flip(address, data_mask, check_mask);
#endif
}

// The first violation of a timing rule of the memory, or an empty text.
const char* tn_broken_rule(Chip* chip) { return chip->device.broken.c_str(); }

// The memory port's transaction log, as text lines; see memory_channels.py and memory_device.py.
void tn_log_start(Chip* chip) { chip->device.logging = true; }
const char* tn_log(Chip* chip) { return chip->device.log.c_str(); }

// Writes a waveform from here to `tn_destroy`; only in a build that has one.
void tn_waveform_open(Chip* chip, const char* path) {
#ifdef TN_WAVEFORM
    chip->waveform = std::make_unique<VerilatedFstC>();
    chip->model->trace(chip->waveform.get(), 99);
    chip->waveform->open(path);
#else
    (void)chip;
    (void)path;
#endif
}

} // extern "C"
