// SPDX-License-Identifier: MIT
// Which register of SART an access means. source: hardware.md 4
module sart_decode #(
    parameter int unsigned ENTRIES = 16
) (
    input  logic        cfg_v3,
    input  logic [31:0] addr,
    input  logic [1:0]  size,   // log2 of the bytes
    output logic [1:0]  code,
    output logic [1:0]  bank,   // 0: CONFIG, 1: PADDR, 2: SIZE
    output logic [3:0]  index
);
  wire aligned = size == 2'd2 ? addr[1:0] == 2'd0 : size == 2'd3 && addr[2:0] == 3'd0;

  assign bank = addr[7:6];
  assign index = addr[5:2];

  always_comb begin
    code = sart_pkg::OK;
    if (!aligned) code = sart_pkg::BAD_SIZE;
    else if (addr[31:8] != '0 || bank > (cfg_v3 ? 2'd2 : 2'd1) || {28'd0, index} >= ENTRIES)
      code = sart_pkg::NO_REGISTER;
    else if (size == 2'd3) code = sart_pkg::BAD_SIZE;  // registers of 32 bits
  end
endmodule
