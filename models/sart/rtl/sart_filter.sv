// SPDX-License-Identifier: MIT
// Whether an access of the firmware's lies within what the entries open. Combinational.
module sart_filter #(
    parameter int unsigned ENTRIES = 16,
    parameter int unsigned PAGE_BITS = 30  // of a page number: 42-bit addresses, pages of 4 KiB
) (
    input  logic                 cfg_v3,
    input  logic                 cfg_together,       // policy: several entries may cover an access together
    input  logic                 open [ENTRIES],     // the entry is enabled and not empty
    input  logic [PAGE_BITS-1:0] first[ENTRIES],     // its first page
    input  logic [PAGE_BITS:0]   beyond[ENTRIES],    // the page after its last
    input  logic [63:0]          addr,
    input  logic [31:0]          length,             // bytes, not 0
    output logic                 grant,
    output logic [1:0]           reason,             // where it is refused
    output logic [3:0]           index               // of the first entry that covers it alone, or 0
);
  localparam int unsigned WIDE = 52;  // page numbers of 64-bit addresses

  // The last byte: its page and a carry are all that counts.
  wire        wraps;
  wire [WIDE-1:0] to;
  // verilator lint_off UNUSEDSIGNAL
  wire [11:0] last_offset;
  // verilator lint_on UNUSEDSIGNAL
  assign {wraps, to, last_offset} = {1'b0, addr} + {33'd0, length} - 65'd1;
  wire [WIDE-1:0] from = addr[63:12];
  // Page numbers of 24 bits in v2, of 30 (PAGE_BITS) in v3. source: hardware.md 4
  wire out_of_reach = cfg_v3 ? to[WIDE-1:PAGE_BITS] != '0 : to[WIDE-1:24] != '0;

  logic [ENTRIES-1:0] covers, touches;
  always_comb
    for (int unsigned i = 0; i < ENTRIES; ++i) begin
      covers[i]  = open[i] && from >= WIDE'(first[i]) && to < WIDE'(beyond[i]);
      touches[i] = open[i] && to >= WIDE'(first[i]) && from < WIDE'(beyond[i]);
    end

  // How far the entries open memory from the access's first page on, without a gap: each round goes one entry
  // further, so after as many rounds as entries nothing is left to find.
  logic [WIDE-1:0] reached;
  always_comb begin
    reached = from;
    for (int unsigned step = 0; step < ENTRIES; ++step)
      for (int unsigned i = 0; i < ENTRIES; ++i)
        reached = open[i] && reached >= WIDE'(first[i]) && reached < WIDE'(beyond[i]) ? WIDE'(beyond[i]) : reached;
  end
  wire together = cfg_together && reached > to;

  always_comb begin
    index = '0;
    for (int unsigned i = ENTRIES; i > 0; --i) if (covers[i-1]) index = 4'(i - 1);
  end

  assign grant = !wraps && (covers != '0 || (!out_of_reach && together));
  assign reason = wraps ? sart_pkg::WRAPS :
                  out_of_reach ? sart_pkg::BEYOND_REACH :
                  touches == '0 ? sart_pkg::NO_ENTRY : sart_pkg::PARTIAL;
endmodule
