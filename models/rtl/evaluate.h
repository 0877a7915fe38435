// SPDX-License-Identifier: MIT
// Verilator keeps eval() of a SystemC model private: the kernel is to call it. A twin's caller cannot wait
// for the kernel, so it calls it directly (an explicit instantiation may name a private member).
#pragma once

namespace ans::rtl {

inline constexpr int kAllLevels = 99;  ///< of the hierarchy, for trace()

template <typename Model, void (Model::*Eval)()>
struct Evaluate {
    friend void evaluate(Model& model) { (model.*Eval)(); }
};

}  // namespace ans::rtl

/// Outside of any namespace: makes ans::rtl::evaluate(Model&).
#define ANS_EVALUATE(Model)        \
    namespace ans::rtl {           \
    void evaluate(::Model& model); \
    }                              \
    template struct ans::rtl::Evaluate<::Model, &::Model::eval>;
