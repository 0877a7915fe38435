// SPDX-License-Identifier: MIT
// Which register an access means, whether its width fits, and what reading gives. No rights, no effects.
module mailbox_decode (
    input  logic [31:0] addr,
    input  logic [1:0]  size,         // log2 of the bytes
    input  logic [63:0] words[8],     // 0x800 to 0x838
    input  logic [31:0] controls[2],  // 0x110, 0x114
    output logic [1:0]  code,
    output logic [1:0]  lanes,        // which halves of the register, high and low
    output logic [63:0] rdata
);
  wire is_word = addr[31:6] == 26'h20;
  wire is_control = addr[31:3] == 29'h22;
  wire aligned = size == 2'd2 ? addr[1:0] == 2'd0 : size == 2'd3 && addr[2:0] == 3'd0;
  wire high_half = is_word && addr[2];

  always_comb begin
    code = mailbox_pkg::OK;
    if (!aligned) code = mailbox_pkg::BAD_SIZE;
    else if (!is_word && !is_control) code = mailbox_pkg::NO_REGISTER;
    else if (is_control && size == 2'd3) code = mailbox_pkg::BAD_SIZE;
  end

  assign lanes = size == 2'd3 ? 2'b11 : high_half ? 2'b10 : 2'b01;

  always_comb begin
    rdata = is_control ? {32'd0, controls[addr[2]]} : words[addr[5:3]];
    if (high_half) rdata = {32'd0, rdata[63:32]};
    else if (size != 2'd3) rdata = {32'd0, rdata[31:0]};
  end
endmodule
