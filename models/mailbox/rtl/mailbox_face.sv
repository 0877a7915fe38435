// SPDX-License-Identifier: MIT
// One processor's bus port of the mailbox: decodes an access, answers it a cycle later, and tells the FIFOs
// what to do. A request is taken in the cycle in which req_valid and req_ready are high; its effect is there
// after that cycle's clock edge, together with the response, which stays until rsp_ready takes it.
module mailbox_face #(
    parameter bit IOP = 1'b0  // 0: application processor, 1: coprocessor
) (
    input  logic         clk,
    input  logic         bus_reset,
    input  logic         req_valid,
    output logic         req_ready,
    input  logic         req_write,
    input  logic [31:0]  req_addr,
    input  logic [1:0]   req_size,   // log2 of the bytes
    input  logic [63:0]  req_wdata,
    output logic         rsp_valid,
    input  logic         rsp_ready,
    output logic [63:0]  rsp_rdata,
    output logic [1:0]   rsp_code,
    // The registers, and what this access does to them.
    input  logic [63:0]  words[8],   // 0x800 to 0x838
    input  logic [31:0]  controls[2],
    output logic [1:0]   send0_we,   // by halves, high and low
    output logic [1:0]   send1_we,
    output logic [63:0]  wdata,
    output logic         push,
    output logic         pop
);
  logic       taken;
  logic       good;
  logic       writable;
  logic       readable;
  logic [1:0] code;
  logic [1:0] lanes;
  logic [63:0] rdata;

  mailbox_decode decode (
      .addr    (req_addr),
      .size    (req_size),
      .words   (words),
      .controls(controls),
      .code    (code),
      .lanes   (lanes),
      .rdata   (rdata)
  );

  // Each face sends into one FIFO and receives from the other. source: hardware.md 3
  wire       is_word = req_addr[11];
  wire       to_send = !req_addr[4];
  wire       of_i2a  = req_addr[5];
  assign writable = is_word && to_send && of_i2a == IOP;
  assign readable = !is_word || (!to_send && of_i2a != IOP);

  assign req_ready = !rsp_valid || rsp_ready;
  assign taken = req_valid && req_ready;
  assign good = taken && code == mailbox_pkg::OK && (req_write ? writable : readable);

  // The half with the endpoint commits and takes (G): every driver known makes one 64-bit access.
  assign wdata = lanes == 2'b10 ? {req_wdata[31:0], 32'd0} : req_wdata;
  assign send0_we = good && req_write && !req_addr[3] ? lanes : 2'b00;
  assign send1_we = good && req_write && req_addr[3] ? lanes : 2'b00;
  assign push = send1_we[0];
  assign pop = good && !req_write && is_word && req_addr[3] && lanes[0];

  always_ff @(posedge clk) begin
    if (bus_reset) begin
      rsp_valid <= 1'b0;
      rsp_rdata <= '0;
      rsp_code  <= mailbox_pkg::OK;
    end else if (req_ready) begin
      rsp_valid <= taken;
      if (taken) begin
        rsp_rdata <= good && !req_write ? rdata : '0;
        rsp_code  <= code == mailbox_pkg::OK && !good ? mailbox_pkg::NO_RIGHT : code;
      end
    end
  end

`ifndef SYNTHESIS
  // verilator coverage_off
  as_response_stays : assert property (@(posedge clk) disable iff (bus_reset)
      $past(rsp_valid && !rsp_ready && !bus_reset) |->
      rsp_valid && $stable(rsp_rdata) && $stable(rsp_code))
  else $error("a response that nobody took changed");
  // verilator coverage_on
`endif
endmodule
