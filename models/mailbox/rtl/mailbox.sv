// SPDX-License-Identifier: MIT
// The ASC mailbox v4, cycle by cycle. Written from hardware.md 3; guesses are marked (G).
module mailbox #(
    parameter int unsigned DEPTH = 16  // messages of storage a FIFO; cfg_depth says how many are in use
) (
    input logic clk,
    input logic reset,      // the block's: FIFOs empty, flags and SEND registers clear
    input logic bus_reset,  // the bus ports' own, once at power-on
    input logic [4:0] cfg_depth,

    // Application processor's bus port.
    input  logic        ap_req_valid,
    output logic        ap_req_ready,
    input  logic        ap_req_write,
    input  logic [31:0] ap_req_addr,
    input  logic [1:0]  ap_req_size,
    input  logic [63:0] ap_req_wdata,
    output logic        ap_rsp_valid,
    input  logic        ap_rsp_ready,
    output logic [63:0] ap_rsp_rdata,
    output logic [1:0]  ap_rsp_code,

    // Coprocessor's bus port.
    input  logic        iop_req_valid,
    output logic        iop_req_ready,
    input  logic        iop_req_write,
    input  logic [31:0] iop_req_addr,
    input  logic [1:0]  iop_req_size,
    input  logic [63:0] iop_req_wdata,
    output logic        iop_rsp_valid,
    input  logic        iop_rsp_ready,
    output logic [63:0] iop_rsp_rdata,
    output logic [1:0]  iop_rsp_code,

    // Debug port: reads without a clock; writes reach the SEND registers and send nothing.
    input  logic        dbg_write,
    input  logic [31:0] dbg_addr,
    input  logic [1:0]  dbg_size,
    input  logic [63:0] dbg_wdata,
    output logic [63:0] dbg_rdata,
    output logic [1:0]  dbg_code,

    // Interrupts: pure levels, no enable, no acknowledge.
    output logic send_empty,
    output logic send_not_empty,
    output logic recv_empty,
    output logic recv_not_empty,
    output logic iop_doorbell,

    // What the last edge did, for whoever traces. By way, A2I first.
    output logic         note_a2i_entered,
    output logic         note_a2i_lost,
    output logic         note_a2i_left,
    output logic         note_a2i_dry,
    output logic         note_i2a_entered,
    output logic         note_i2a_lost,
    output logic         note_i2a_left,
    output logic         note_i2a_dry,
    output logic [4:0]   note_a2i_count,
    output logic [4:0]   note_i2a_count,
    output logic [63:0]  note_in_msg0,   // pushed or lost
    output logic [63:0]  note_in_msg1,
    output logic [63:0]  note_out_msg0,  // popped
    output logic [63:0]  note_out_msg1
);
  // Named as in the register map.
  logic [31:0] A2I_CONTROL, I2A_CONTROL;
  logic [63:0] A2I_SEND0, A2I_SEND1, A2I_RECV0, A2I_RECV1;
  logic [63:0] I2A_SEND0, I2A_SEND1, I2A_RECV0, I2A_RECV1;

  logic [63:0] words[8];
  logic [31:0] controls[2];
  assign words = '{A2I_SEND0, A2I_SEND1, A2I_RECV0, A2I_RECV1, I2A_SEND0, I2A_SEND1, I2A_RECV0, I2A_RECV1};
  assign controls = '{A2I_CONTROL, I2A_CONTROL};

  logic [1:0]  ap_send0_we, ap_send1_we, iop_send0_we, iop_send1_we;
  logic [63:0] ap_wdata, iop_wdata;
  logic        ap_push, ap_pop, iop_push, iop_pop;

  mailbox_face #(.IOP(1'b0)) ap (
      .clk, .bus_reset,
      .req_valid(ap_req_valid), .req_ready(ap_req_ready), .req_write(ap_req_write), .req_addr(ap_req_addr),
      .req_size(ap_req_size), .req_wdata(ap_req_wdata),
      .rsp_valid(ap_rsp_valid), .rsp_ready(ap_rsp_ready), .rsp_rdata(ap_rsp_rdata), .rsp_code(ap_rsp_code),
      .words, .controls,
      .send0_we(ap_send0_we), .send1_we(ap_send1_we), .wdata(ap_wdata), .push(ap_push), .pop(ap_pop)
  );
  mailbox_face #(.IOP(1'b1)) iop (
      .clk, .bus_reset,
      .req_valid(iop_req_valid), .req_ready(iop_req_ready), .req_write(iop_req_write), .req_addr(iop_req_addr),
      .req_size(iop_req_size), .req_wdata(iop_req_wdata),
      .rsp_valid(iop_rsp_valid), .rsp_ready(iop_rsp_ready), .rsp_rdata(iop_rsp_rdata), .rsp_code(iop_rsp_code),
      .words, .controls,
      .send0_we(iop_send0_we), .send1_we(iop_send1_we), .wdata(iop_wdata), .push(iop_push), .pop(iop_pop)
  );

  // The debug port never meets a bus access: whoever drives it stops the processors first.
  logic [1:0] dbg_lanes, dbg_a2i_we[2], dbg_i2a_we[2];
  mailbox_decode debug (
      .addr(dbg_addr), .size(dbg_size), .words, .controls, .code(dbg_code), .lanes(dbg_lanes), .rdata(dbg_rdata)
  );
  wire dbg_send = dbg_write && dbg_code == mailbox_pkg::OK && dbg_addr[11] && !dbg_addr[4];
  wire [63:0] dbg_data = dbg_lanes == 2'b10 ? {dbg_wdata[31:0], 32'd0} : dbg_wdata;
  assign dbg_a2i_we[0] = dbg_send && !dbg_addr[5] && !dbg_addr[3] ? dbg_lanes : 2'b00;
  assign dbg_a2i_we[1] = dbg_send && !dbg_addr[5] && dbg_addr[3] ? dbg_lanes : 2'b00;
  assign dbg_i2a_we[0] = dbg_send && dbg_addr[5] && !dbg_addr[3] ? dbg_lanes : 2'b00;
  assign dbg_i2a_we[1] = dbg_send && dbg_addr[5] && dbg_addr[3] ? dbg_lanes : 2'b00;

  function automatic logic [63:0] merged(input logic [63:0] old, input logic [1:0] we, input logic [63:0] data,
                                         input logic [1:0] dbg_we, input logic [63:0] dbg);
    merged[31:0]  = we[0] ? data[31:0] : dbg_we[0] ? dbg[31:0] : old[31:0];
    merged[63:32] = we[1] ? data[63:32] : dbg_we[1] ? dbg[63:32] : old[63:32];
  endfunction

  // The sender's words as they stand after this cycle; a commit takes SEND1 as it is being written.
  wire [63:0] a2i_send0_next = merged(A2I_SEND0, ap_send0_we, ap_wdata, dbg_a2i_we[0], dbg_data);
  wire [63:0] a2i_send1_next = merged(A2I_SEND1, ap_send1_we, ap_wdata, dbg_a2i_we[1], dbg_data);
  wire [63:0] i2a_send0_next = merged(I2A_SEND0, iop_send0_we, iop_wdata, dbg_i2a_we[0], dbg_data);
  wire [63:0] i2a_send1_next = merged(I2A_SEND1, iop_send1_we, iop_wdata, dbg_i2a_we[1], dbg_data);

  always_ff @(posedge clk) begin
    if (reset) begin
      A2I_SEND0 <= '0;
      A2I_SEND1 <= '0;
      I2A_SEND0 <= '0;
      I2A_SEND1 <= '0;
    end else begin
      A2I_SEND0 <= a2i_send0_next;
      A2I_SEND1 <= a2i_send1_next;
      I2A_SEND0 <= i2a_send0_next;
      I2A_SEND1 <= i2a_send1_next;
    end
  end

  logic [127:0] a2i_front, i2a_front;
  logic [4:0]   a2i_count, i2a_count;
  logic [3:0]   a2i_wptr, a2i_rptr, i2a_wptr, i2a_rptr;
  logic         a2i_full, a2i_empty, a2i_overflow, a2i_underflow, a2i_entered, a2i_left;
  logic         i2a_full, i2a_empty, i2a_overflow, i2a_underflow, i2a_entered, i2a_left;

  mail_fifo #(.DEPTH(DEPTH)) a2i (
      .clk, .reset, .cfg_depth,
      .push(ap_push), .push_data({a2i_send1_next, a2i_send0_next}), .pop(iop_pop), .front(a2i_front),
      .count(a2i_count), .wptr(a2i_wptr), .rptr(a2i_rptr), .full(a2i_full), .empty(a2i_empty),
      .overflow(a2i_overflow), .underflow(a2i_underflow), .entered(a2i_entered), .left(a2i_left)
  );
  mail_fifo #(.DEPTH(DEPTH)) i2a (
      .clk, .reset, .cfg_depth,
      .push(iop_push), .push_data({i2a_send1_next, i2a_send0_next}), .pop(ap_pop), .front(i2a_front),
      .count(i2a_count), .wptr(i2a_wptr), .rptr(i2a_rptr), .full(i2a_full), .empty(i2a_empty),
      .overflow(i2a_overflow), .underflow(i2a_underflow), .entered(i2a_entered), .left(i2a_left)
  );

  // FIFOCNT 23:20, UNDERFLOW 19, OVERFLOW 18, EMPTY 17, FULL 16, RPTR 15:12, WPTR 11:8, ENABLE 0; FIFOCNT has
  // four bits of the count. source: hardware.md 3; ENABLE reads 1 as the sample 0x00100001 has it
  assign A2I_CONTROL = {8'd0, a2i_count[3:0], a2i_underflow, a2i_overflow, a2i_empty, a2i_full,
                        a2i_rptr, a2i_wptr, 7'd0, 1'b1};
  assign I2A_CONTROL = {8'd0, i2a_count[3:0], i2a_underflow, i2a_overflow, i2a_empty, i2a_full,
                        i2a_rptr, i2a_wptr, 7'd0, 1'b1};

  // OUTCNT 56:52, INCNT 51:48, OUTPTR 47:44, INPTR 43:40 take the place of the sender's bits: the coprocessor's
  // boxes, in is A2I and out is I2A (G); the rest passes (G). source: hardware.md 3, example 0x00100000_0000000b
  wire [16:0] status = {i2a_count, a2i_count[3:0], i2a_rptr, a2i_wptr};
  assign A2I_RECV0 = a2i_front[63:0];
  assign I2A_RECV0 = i2a_front[63:0];
  assign A2I_RECV1 = a2i_empty ? '0 : {a2i_front[127:121], status, a2i_front[103:64]};
  assign I2A_RECV1 = i2a_empty ? '0 : {i2a_front[127:121], status, i2a_front[103:64]};

  // source: hardware.md 3
  assign send_empty = a2i_empty;
  assign send_not_empty = !a2i_empty;
  assign recv_empty = i2a_empty;
  assign recv_not_empty = !i2a_empty;
  assign iop_doorbell = !a2i_empty;

  // A face pushes or pops, so two faces make at most two notes an edge: one of each direction, or two of a kind
  // in different FIFOs; then the AP's message is shown.
  always_ff @(posedge clk) begin
    if (reset) begin
      {note_a2i_entered, note_a2i_lost, note_a2i_left, note_a2i_dry} <= '0;
      {note_i2a_entered, note_i2a_lost, note_i2a_left, note_i2a_dry} <= '0;
    end else begin
      note_a2i_entered <= a2i_entered;
      note_a2i_lost    <= ap_push && !a2i_entered;
      note_a2i_left    <= a2i_left;
      note_a2i_dry     <= iop_pop && !a2i_left;
      note_i2a_entered <= i2a_entered;
      note_i2a_lost    <= iop_push && !i2a_entered;
      note_i2a_left    <= i2a_left;
      note_i2a_dry     <= ap_pop && !i2a_left;
    end
    note_in_msg0  <= ap_push ? a2i_send0_next : i2a_send0_next;
    note_in_msg1  <= ap_push ? a2i_send1_next : i2a_send1_next;
    note_out_msg0 <= ap_pop ? i2a_front[63:0] : a2i_front[63:0];
    note_out_msg1 <= ap_pop ? i2a_front[127:64] : a2i_front[127:64];
  end
  assign note_a2i_count = a2i_count;
  assign note_i2a_count = i2a_count;

`ifndef SYNTHESIS
  // verilator coverage_off
  as_send_wires : assert property (@(posedge clk) disable iff (reset)
      send_empty == A2I_CONTROL[17] && send_not_empty == !A2I_CONTROL[17] && iop_doorbell == !A2I_CONTROL[17])
  else $error("A2I EMPTY %b, wires %b %b %b", A2I_CONTROL[17], send_empty, send_not_empty, iop_doorbell);

  as_recv_wires : assert property (@(posedge clk) disable iff (reset)
      recv_empty == I2A_CONTROL[17] && recv_not_empty == !I2A_CONTROL[17])
  else $error("I2A EMPTY %b, wires %b %b", I2A_CONTROL[17], recv_empty, recv_not_empty);

  as_depth_strap : assert property (@(posedge clk) cfg_depth != 5'd0 && {27'd0, cfg_depth} <= DEPTH)
  else $error("cfg_depth %0d", cfg_depth);
  // verilator coverage_on
`endif
endmodule
