// SPDX-License-Identifier: MIT
// One direction of the ASC mailbox: storage, two pointers, a counter and the sticky flags.
module mail_fifo #(
    parameter int unsigned DEPTH = 16,  // slots of storage; pointers have four bits, so 16 at most
    parameter int unsigned WIDTH = 128
) (
    input  logic             clk,
    input  logic             reset,
    input  logic [4:0]       cfg_depth,  // strap: slots in use, 1 to DEPTH. source: guess, hardware.md 3
    input  logic             push,
    input  logic [WIDTH-1:0] push_data,
    input  logic             pop,
    output logic [WIDTH-1:0] front,      // the oldest message, zeros without one
    output logic [4:0]       count,
    output logic [3:0]       wptr,
    output logic [3:0]       rptr,
    output logic             full,
    output logic             empty,
    output logic             overflow,   // sticky until reset (G)
    output logic             underflow,  // sticky until reset (G)
    output logic             entered,    // in this cycle: the push finds room
    output logic             left        // in this cycle: the pop finds a message
);
  localparam int unsigned INDEX = DEPTH > 1 ? $clog2(DEPTH) : 1;  // bits of a slot's number
  if (DEPTH < 1 || DEPTH > 16) $fatal(1, "DEPTH is 1 to 16");

  logic [WIDTH-1:0] slots[DEPTH];

  assign empty   = count == 5'd0;
  assign full    = count == cfg_depth;
  assign front   = empty ? '0 : slots[rptr[INDEX-1:0]];
  assign left    = pop && !empty;
  // A pop in the same cycle makes room: the coprocessor's read port and the sender's write port are two (G).
  assign entered = push && (!full || left);

  function automatic logic [3:0] next(input logic [3:0] pointer);
    return {1'b0, pointer} + 5'd1 == cfg_depth ? 4'd0 : pointer + 4'd1;
  endfunction

  always_ff @(posedge clk) begin
    if (reset) begin
      count     <= 5'd0;
      wptr      <= 4'd0;
      rptr      <= 4'd0;
      overflow  <= 1'b0;
      underflow <= 1'b0;
    end else begin
      count     <= count + {4'd0, entered} - {4'd0, left};
      overflow  <= overflow || (push && !entered);
      underflow <= underflow || (pop && !left);
      if (entered) begin
        slots[wptr[INDEX-1:0]] <= push_data;
        wptr <= next(wptr);
      end
      if (left) rptr <= next(rptr);
    end
  end

`ifndef SYNTHESIS
  // verilator coverage_off
  // What went in comes out, once and in order: each message is kept a second time under its serial number.
  logic [31:0]      pushes, pops;
  logic [WIDTH-1:0] by_serial[16];

  always_ff @(posedge clk) begin
    if (reset) begin
      pushes <= 32'd0;
      pops   <= 32'd0;
    end else begin
      if (entered) by_serial[pushes[3:0]] <= push_data;
      pushes <= pushes + {31'd0, entered};
      pops   <= pops + {31'd0, left};
    end
  end

  // A pointer has gone round once every cfg_depth messages.
  wire [31:0] slots_used = {27'd0, cfg_depth};
  wire [WIDTH-1:0] expected = by_serial[pops[3:0]];

  as_none_lost_or_invented : assert property (@(posedge clk) disable iff (reset) {27'd0, count} == pushes - pops)
  else $error("COUNT %0d, but %0d messages entered and %0d left", count, pushes, pops);

  as_never_beyond_depth : assert property (@(posedge clk) disable iff (reset) count <= cfg_depth)
  else $error("COUNT %0d in a FIFO of %0d", count, cfg_depth);

  as_in_order : assert property (@(posedge clk) disable iff (reset) !left || front == expected)
  else $error("message %0d left changed", pops);

  // Modulo 16 where all 16 slots are in use, as hardware.md 3 has it; in general modulo the slots in use.
  as_count_is_pointer_difference : assert property (@(posedge clk) disable iff (reset)
      ({27'd0, count} % slots_used) == (slots_used + {28'd0, wptr} - {28'd0, rptr}) % slots_used)
  else $error("COUNT %0d, WPTR %0d, RPTR %0d", count, wptr, rptr);

  as_pointers_in_range : assert property (@(posedge clk) disable iff (reset)
      {1'b0, wptr} < cfg_depth && {1'b0, rptr} < cfg_depth)
  else $error("WPTR %0d, RPTR %0d in a FIFO of %0d", wptr, rptr, cfg_depth);
  // verilator coverage_on
`endif
endmodule
