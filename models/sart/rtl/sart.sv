// SPDX-License-Identifier: MIT
// SART v2 and v3, cycle by cycle: the registers, and the filter in the firmware's way to memory. Written from
// hardware.md 4; guesses are marked (G).
module sart #(
    parameter int unsigned ENTRIES = 16,   // source: hardware.md 4
    parameter int unsigned PAGE_BITS = 30,  // of a page number in v3; v2 has 24. source: hardware.md 4
    localparam int unsigned INDEX = ENTRIES > 1 ? $clog2(ENTRIES) : 1  // bits of an entry's number
) (
    input logic clk,
    input logic reset,      // the block's: the boot loader's entries, and no others (G)
    input logic bus_reset,  // the ports' own and the boot loader's table, once at power-on

    // Straps.
    input logic cfg_v3,           // 0: v2, CONFIG holds the size; 1: v3, SIZE registers
    input logic cfg_boot_locked,  // policy: writes to the boot loader's entries have no effect
    input logic cfg_together,     // policy: an access may straddle entries

    // The boot loader's port: what its entries are, before anything else runs.
    input logic                 boot_write,
    input logic [3:0]           boot_index,
    input logic [7:0]           boot_flags,
    input logic [PAGE_BITS-1:0] boot_page,
    input logic [PAGE_BITS-1:0] boot_pages,

    // Registers.
    input  logic        mmio_req_valid,
    output logic        mmio_req_ready,
    input  logic        mmio_req_write,
    input  logic [31:0] mmio_req_addr,
    input  logic [1:0]  mmio_req_size,
    input  logic [31:0] mmio_req_wdata,
    output logic        mmio_rsp_valid,
    input  logic        mmio_rsp_ready,
    output logic [31:0] mmio_rsp_rdata,
    output logic [1:0]  mmio_rsp_code,

    // Debug port: reads without a clock; writes heed no lock.
    input  logic        dbg_write,
    input  logic [31:0] dbg_addr,
    input  logic [1:0]  dbg_size,
    input  logic [31:0] dbg_wdata,
    output logic [31:0] dbg_rdata,
    output logic [1:0]  dbg_code,

    // The firmware's accesses: what is asked and what is answered. The data goes past.
    input  logic        dev_req_valid,
    output logic        dev_req_ready,
    input  logic [63:0] dev_req_addr,
    input  logic [31:0] dev_req_length,  // bytes, not 0
    output logic        dev_rsp_valid,
    input  logic        dev_rsp_ready,
    output logic        dev_rsp_grant,
    output logic [1:0]  dev_rsp_reason,
    // The same without a clock, for debuggers and direct memory pointers.
    output logic        dev_peek_grant,
    output logic [3:0]  dev_peek_index,

    // The last edge wrote a CONFIG register: drivers write it last, so an entry is finished.
    output logic note_config,

    // An entry as it is in force, without a clock.
    input  logic [INDEX-1:0]     probe_index,
    output logic                 probe_open,
    output logic [7:0]           probe_flags,
    output logic [PAGE_BITS-1:0] probe_page,
    output logic [PAGE_BITS-1:0] probe_pages,
    output logic [PAGE_BITS:0]   probe_beyond  // the page after its last
);
  if (ENTRIES < 1 || ENTRIES > 16) $fatal(1, "ENTRIES is 1 to 16");
  if (PAGE_BITS < 24 || PAGE_BITS > 32) $fatal(1, "PAGE_BITS is 24 to 32");

  // Named as in the register map. Bits that a version does not have stay 0.
  logic [31:0] CONFIG[ENTRIES];
  logic [31:0] PADDR [ENTRIES];
  logic [31:0] SIZE  [ENTRIES];

  // What the boot loader left.
  logic [7:0]           kept_flags[ENTRIES];
  logic [PAGE_BITS-1:0] kept_page [ENTRIES];
  logic [PAGE_BITS-1:0] kept_pages[ENTRIES];

  always_ff @(posedge clk)
    for (int unsigned i = 0; i < ENTRIES; ++i)
      if (bus_reset) begin
        kept_flags[i] <= '0;
        kept_page[i]  <= '0;
        kept_pages[i] <= '0;
      end else if (boot_write && boot_index == 4'(i)) begin
        kept_flags[i] <= boot_flags;
        kept_page[i]  <= boot_page;
        kept_pages[i] <= boot_pages;
      end

  // The register port.
  logic [1:0] mmio_code, mmio_bank, dbg_bank;
  logic [3:0] mmio_index, dbg_index;
  sart_decode #(.ENTRIES(ENTRIES)) decode (
      .cfg_v3, .addr(mmio_req_addr), .size(mmio_req_size), .code(mmio_code), .bank(mmio_bank), .index(mmio_index)
  );
  sart_decode #(.ENTRIES(ENTRIES)) debug (
      .cfg_v3, .addr(dbg_addr), .size(dbg_size), .code(dbg_code), .bank(dbg_bank), .index(dbg_index)
  );

  assign mmio_req_ready = !mmio_rsp_valid || mmio_rsp_ready;
  wire taken = mmio_req_valid && mmio_req_ready;
  wire kept_here = kept_flags[mmio_index[INDEX-1:0]] != '0;
  wire locked = cfg_boot_locked && kept_here;
  wire write = taken && mmio_req_write && mmio_code == sart_pkg::OK && !locked;
  wire write_dbg = dbg_write && dbg_code == sart_pkg::OK;

  // What is left of a write: the bits that the version has.
  localparam logic [31:0] V2_PAGE = 32'h00ff_ffff;
  localparam logic [31:0] V3_PAGE = 32'((33'd1 << PAGE_BITS) - 33'd1);
  function automatic logic [31:0] kept(input logic [1:0] bank, input logic [31:0] data);
    case (bank)
      2'd0: kept = cfg_v3 ? data & 32'h0000_00ff : data;
      2'd1: kept = data & (cfg_v3 ? V3_PAGE : V2_PAGE);
      default: kept = data & V3_PAGE;
    endcase
  endfunction

  function automatic logic [31:0] register(input logic [1:0] bank, input logic [INDEX-1:0] index);
    case (bank)
      2'd0: register = CONFIG[index];
      2'd1: register = PADDR[index];
      default: register = SIZE[index];
    endcase
  endfunction

  wire [31:0] mmio_value = register(mmio_bank, mmio_index[INDEX-1:0]);
  assign dbg_rdata = register(dbg_bank, dbg_index[INDEX-1:0]);
  wire [31:0] mmio_kept = kept(mmio_bank, mmio_req_wdata);
  wire [31:0] dbg_kept = kept(dbg_bank, dbg_wdata);

  always_ff @(posedge clk)
    if (bus_reset) begin
      mmio_rsp_valid <= 1'b0;
      mmio_rsp_rdata <= '0;
      mmio_rsp_code  <= sart_pkg::OK;
    end else if (mmio_req_ready) begin
      mmio_rsp_valid <= taken;
      if (taken) begin
        mmio_rsp_rdata <= mmio_code == sart_pkg::OK && !mmio_req_write ? mmio_value : '0;
        mmio_rsp_code  <= mmio_code;
      end
    end

  always_ff @(posedge clk)
    for (int unsigned i = 0; i < ENTRIES; ++i)
      if (reset || bus_reset) begin
        CONFIG[i] <= bus_reset ? '0 : cfg_v3 ? {24'd0, kept_flags[i]} : {kept_flags[i], kept_pages[i][23:0]};
        PADDR[i]  <= bus_reset ? '0 : 32'(kept_page[i]);
        SIZE[i]   <= bus_reset || !cfg_v3 ? '0 : 32'(kept_pages[i]);
      end else begin
        if (write && mmio_index == 4'(i))
          case (mmio_bank)
            2'd0: CONFIG[i] <= mmio_kept;
            2'd1: PADDR[i] <= mmio_kept;
            default: SIZE[i] <= mmio_kept;
          endcase
        if (write_dbg && dbg_index == 4'(i))
          case (dbg_bank)
            2'd0: CONFIG[i] <= dbg_kept;
            2'd1: PADDR[i] <= dbg_kept;
            default: SIZE[i] <= dbg_kept;
          endcase
      end

  always_ff @(posedge clk) note_config <= write && mmio_bank == 2'd0 && !reset;

  // The entries as the registers say. An entry that runs past the reach opens memory up to it (G).
  logic                 open  [ENTRIES];
  logic [7:0]           flags [ENTRIES];
  logic [PAGE_BITS-1:0] first [ENTRIES];
  logic [PAGE_BITS-1:0] pages [ENTRIES];
  logic [PAGE_BITS:0]   beyond[ENTRIES];
  localparam logic [PAGE_BITS:0] V2_REACH = (PAGE_BITS + 1)'(1) << 24;
  localparam logic [PAGE_BITS:0] V3_REACH = (PAGE_BITS + 1)'(1) << PAGE_BITS;

  function automatic logic [PAGE_BITS:0] within_reach(input logic [PAGE_BITS:0] page);
    if (cfg_v3) within_reach = page > V3_REACH ? V3_REACH : page;
    else within_reach = page > V2_REACH ? V2_REACH : page;
  endfunction

  always_comb
    for (int unsigned i = 0; i < ENTRIES; ++i) begin
      flags[i]  = cfg_v3 ? CONFIG[i][7:0] : CONFIG[i][31:24];
      first[i]  = PADDR[i][PAGE_BITS-1:0];
      pages[i]  = cfg_v3 ? SIZE[i][PAGE_BITS-1:0] : PAGE_BITS'(CONFIG[i][23:0]);
      open[i]   = flags[i] != '0 && pages[i] != '0;
      beyond[i] = within_reach({1'b0, first[i]} + {1'b0, pages[i]});
    end

  assign probe_open = open[probe_index];
  assign probe_flags = flags[probe_index];
  assign probe_page = first[probe_index];
  assign probe_pages = pages[probe_index];
  assign probe_beyond = beyond[probe_index];

  // The filter.
  logic       grant;
  logic [1:0] reason;
  sart_filter #(.ENTRIES(ENTRIES), .PAGE_BITS(PAGE_BITS)) filter (
      .cfg_v3, .cfg_together, .open, .first, .beyond, .addr(dev_req_addr), .length(dev_req_length),
      .grant, .reason, .index(dev_peek_index)
  );
  assign dev_peek_grant = grant;
  assign dev_req_ready = !dev_rsp_valid || dev_rsp_ready;
  wire asked = dev_req_valid && dev_req_ready;

  always_ff @(posedge clk)
    if (bus_reset) begin
      dev_rsp_valid  <= 1'b0;
      dev_rsp_grant  <= 1'b0;
      dev_rsp_reason <= '0;
    end else if (dev_req_ready) begin
      dev_rsp_valid <= asked;
      if (asked) begin
        dev_rsp_grant  <= grant;
        dev_rsp_reason <= reason;
      end
    end

`ifndef SYNTHESIS
  // verilator coverage_off
  // Said a second time, in bytes: an entry that is enabled has all of the access.
  logic some_entry_has_all;
  always_comb begin
    some_entry_has_all = 1'b0;
    for (int unsigned i = 0; i < ENTRIES; ++i)
      if (flags[i] != '0 && {1'b0, dev_req_addr} >= 65'({first[i], 12'd0}) &&
          {1'b0, dev_req_addr} + {33'd0, dev_req_length} <=
          65'({first[i], 12'd0}) + 65'({pages[i], 12'd0}))
        some_entry_has_all = 1'b1;
  end

  as_grant_is_covered : assert property (@(posedge clk) disable iff (bus_reset || cfg_together)
      !(asked && grant) || some_entry_has_all)
  else $error("0x%x, %0d bytes, passes and no entry covers it", dev_req_addr, dev_req_length);

  as_never_beyond_reach : assert property (@(posedge clk) disable iff (bus_reset)
      !(asked && grant) ||
      {1'b0, dev_req_addr} + {33'd0, dev_req_length} <= 65'({cfg_v3 ? V3_REACH : V2_REACH, 12'd0}))
  else $error("0x%x, %0d bytes, passes beyond the reach", dev_req_addr, dev_req_length);

  as_lock_holds : assert property (@(posedge clk) disable iff (bus_reset)
      !(cfg_boot_locked && write) || !kept_here)
  else $error("entry %0d of the boot loader is written", mmio_index);

  as_mmio_response_stays : assert property (@(posedge clk) disable iff (bus_reset)
      $past(mmio_rsp_valid && !mmio_rsp_ready && !bus_reset) |->
      mmio_rsp_valid && $stable(mmio_rsp_rdata) && $stable(mmio_rsp_code))
  else $error("a response that nobody took changed");

  as_dev_response_stays : assert property (@(posedge clk) disable iff (bus_reset)
      $past(dev_rsp_valid && !dev_rsp_ready && !bus_reset) |->
      dev_rsp_valid && $stable(dev_rsp_grant) && $stable(dev_rsp_reason))
  else $error("an answer that nobody took changed");

  as_length : assert property (@(posedge clk) disable iff (bus_reset) !asked || dev_req_length != '0)
  else $error("an access of no bytes");
  // verilator coverage_on
`endif
endmodule
