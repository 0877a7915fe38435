// SPDX-License-Identifier: MIT
// A signal whose value is there as soon as it is written. A verilated module's ports are SystemC ports, but a
// target answers within its caller's call and cannot wait for the kernel's update phase.
#pragma once

#include <systemc>

namespace ans::rtl {

template <typename T>
class DirectWireBase : public sc_core::sc_signal_inout_if<T> {
public:
    const T& read() const override { return value_; }
    const T& get_data_ref() const override { return value_; }
    void write(const T& value) override { value_ = value; }
    sc_core::sc_writer_policy get_writer_policy() const override { return sc_core::SC_MANY_WRITERS; }
    // Nobody is woken: whoever writes an input evaluates the module.
    const sc_core::sc_event& default_event() const override { return never_; }
    const sc_core::sc_event& value_changed_event() const override { return never_; }
    bool event() const override { return false; }

    operator T() const { return value_; }
    DirectWireBase& operator=(const T& value) {
        value_ = value;
        return *this;
    }

protected:
    const sc_core::sc_event& never() const { return never_; }

private:
    T value_{};
    sc_core::sc_event never_;
};

template <typename T>
class DirectWire : public DirectWireBase<T> {
public:
    using DirectWireBase<T>::operator=;
};

template <>
class DirectWire<bool> : public DirectWireBase<bool> {
public:
    using DirectWireBase<bool>::operator=;
    const sc_core::sc_event& posedge_event() const override { return never(); }
    const sc_core::sc_event& negedge_event() const override { return never(); }
    bool posedge() const override { return false; }
    bool negedge() const override { return false; }
};

}  // namespace ans::rtl
