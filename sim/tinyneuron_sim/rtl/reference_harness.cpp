// Clocks the frozen reference array of benchmarks/; see reference.py.
#include "Vmodel.h"
#include "verilated.h"

#include <cstdint>
#include <cstring>

extern "C" uint64_t tn_reference_run(uint64_t cycles) {
    VerilatedContext context;
    Vmodel model(&context);
    constexpr uint64_t kResetCycles = 4;
    for (uint64_t i = 0; i < kResetCycles + cycles; ++i) {
        model.rst = i < kResetCycles;
        model.clk = 0;
        model.eval();
        model.clk = 1;
        model.eval();
    }
    uint64_t checksum = 0;
    std::memcpy(&checksum, &model.checksum,
                sizeof model.checksum < sizeof checksum ? sizeof model.checksum : sizeof checksum);
    model.final();
    return checksum;
}
