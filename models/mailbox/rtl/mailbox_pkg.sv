// SPDX-License-Identifier: MIT
// What the mailbox's bus ports answer.
package mailbox_pkg;
  localparam logic [1:0] OK = 2'd0;
  localparam logic [1:0] BAD_SIZE = 2'd1;     // width or alignment that no register here takes
  localparam logic [1:0] NO_REGISTER = 2'd2;
  localparam logic [1:0] NO_RIGHT = 2'd3;     // a read of a write-only register, or the other way round
endpackage
