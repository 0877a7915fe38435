// SPDX-License-Identifier: MIT
// What SART's ports answer.
package sart_pkg;
  // The register port.
  localparam logic [1:0] OK = 2'd0;
  localparam logic [1:0] BAD_SIZE = 2'd1;  // width or alignment that no register here takes
  localparam logic [1:0] NO_REGISTER = 2'd2;

  // Why the filter refuses.
  localparam logic [1:0] NO_ENTRY = 2'd0;      // no enabled entry has any of it
  localparam logic [1:0] PARTIAL = 2'd1;       // an entry has a part of it
  localparam logic [1:0] WRAPS = 2'd2;         // it runs past the end of 64 address bits
  localparam logic [1:0] BEYOND_REACH = 2'd3;  // it runs past what this version's addresses reach
endpackage
