// Frozen reference array: 16 x 16 PEs driven with random BF16 operands every cycle. It is the
// yardstick of `bench sim` and never changes; see README.md beside this file.

module reference_array (
  clk,
  rst,
  checksum
);
  reg at_start = 0;
  wire [32:0] n1;
  wire [38:0] n10;
  wire [31:0] n100;
  wire [46:0] n101;
  wire [46:0] n102;
  wire [31:0] n103;
  wire [4:0] n104;
  wire [4:0] n105;
  wire [46:0] n106;
  wire [46:0] n107;
  wire [31:0] n108;
  wire [46:0] n109;
  wire [38:0] n11;
  wire [46:0] n110;
  wire [31:0] n111;
  wire [4:0] n112;
  wire [4:0] n113;
  wire [46:0] n114;
  wire [46:0] n115;
  wire [31:0] n116;
  wire [46:0] n117;
  wire [46:0] n118;
  wire [31:0] n119;
  wire [38:0] n12;
  wire [4:0] n120;
  wire [4:0] n121;
  wire [46:0] n122;
  wire [46:0] n123;
  wire [31:0] n124;
  wire [46:0] n125;
  wire [46:0] n126;
  wire [31:0] n127;
  wire [4:0] n128;
  wire [4:0] n129;
  wire [38:0] n13;
  wire [46:0] n130;
  wire [46:0] n131;
  wire [31:0] n132;
  wire [46:0] n133;
  wire [46:0] n134;
  wire [31:0] n135;
  wire [4:0] n136;
  wire [4:0] n137;
  wire [46:0] n138;
  wire [46:0] n139;
  wire [38:0] n14;
  wire [31:0] n140;
  wire [46:0] n141;
  wire [46:0] n142;
  wire [31:0] n143;
  wire [4:0] n144;
  wire [4:0] n145;
  wire [46:0] n146;
  wire [46:0] n147;
  wire [31:0] n148;
  wire [46:0] n149;
  wire [38:0] n15;
  wire [46:0] n150;
  wire [31:0] n151;
  wire [4:0] n152;
  wire [4:0] n153;
  wire [46:0] n154;
  wire [46:0] n155;
  wire [31:0] n156;
  wire [46:0] n157;
  wire [46:0] n158;
  wire [31:0] n159;
  wire [38:0] n16;
  wire [4:0] n160;
  wire [4:0] n161;
  wire [46:0] n162;
  wire [46:0] n163;
  wire [31:0] n164;
  wire [46:0] n165;
  wire [46:0] n166;
  wire [31:0] n167;
  wire [4:0] n168;
  wire [4:0] n169;
  wire [38:0] n17;
  wire [46:0] n170;
  wire [46:0] n171;
  wire [31:0] n172;
  wire [46:0] n173;
  wire [46:0] n174;
  wire [31:0] n175;
  wire [4:0] n176;
  wire [4:0] n177;
  wire [46:0] n178;
  wire [46:0] n179;
  wire [38:0] n18;
  wire [31:0] n180;
  wire [46:0] n181;
  wire [46:0] n182;
  wire [31:0] n183;
  wire [4:0] n184;
  wire [4:0] n185;
  wire [46:0] n186;
  wire [46:0] n187;
  wire [31:0] n188;
  wire [46:0] n189;
  wire [38:0] n19;
  wire [46:0] n190;
  wire [31:0] n191;
  wire [4:0] n192;
  wire [4:0] n193;
  wire [46:0] n194;
  wire [46:0] n195;
  wire [31:0] n196;
  wire [46:0] n197;
  wire [46:0] n198;
  wire [31:0] n199;
  wire [38:0] n2;
  wire [38:0] n20;
  wire [4:0] n200;
  wire [4:0] n201;
  wire [46:0] n202;
  wire [46:0] n203;
  wire [31:0] n204;
  wire [46:0] n205;
  wire [46:0] n206;
  wire [31:0] n207;
  wire [4:0] n208;
  wire [4:0] n209;
  wire [38:0] n21;
  reg [31:0] n210;
  reg [31:0] n211;
  reg [31:0] n212;
  reg [31:0] n213;
  reg [31:0] n214;
  reg [31:0] n215;
  reg [31:0] n216;
  reg [31:0] n217;
  reg [31:0] n218;
  reg [31:0] n219;
  wire [38:0] n22;
  reg [31:0] n220;
  reg [31:0] n221;
  reg [31:0] n222;
  reg [31:0] n223;
  reg [31:0] n224;
  reg [31:0] n225;
  reg [31:0] n226;
  reg [31:0] n227;
  reg [31:0] n228;
  reg [31:0] n229;
  wire [38:0] n23;
  reg [31:0] n230;
  reg [31:0] n231;
  reg [31:0] n232;
  reg [31:0] n233;
  reg [31:0] n234;
  reg [31:0] n235;
  reg [31:0] n236;
  reg [31:0] n237;
  reg [31:0] n238;
  reg [31:0] n239;
  wire [38:0] n24;
  reg [31:0] n240;
  reg [31:0] n241;
  reg [31:0] n242;
  reg [31:0] n243;
  wire [38:0] n25;
  wire [38:0] n26;
  wire [38:0] n27;
  wire [38:0] n28;
  wire [38:0] n29;
  wire [38:0] n3;
  wire [38:0] n30;
  wire [38:0] n31;
  wire [38:0] n32;
  wire [38:0] n33;
  wire [38:0] n34;
  wire [38:0] n35;
  wire [38:0] n36;
  wire [38:0] n37;
  wire [38:0] n38;
  wire [38:0] n39;
  wire [38:0] n4;
  wire [38:0] n40;
  wire [38:0] n41;
  wire [38:0] n42;
  wire [38:0] n43;
  wire [38:0] n44;
  wire [38:0] n45;
  wire [38:0] n46;
  wire [38:0] n47;
  wire [38:0] n48;
  wire [38:0] n49;
  wire [38:0] n5;
  wire [38:0] n50;
  wire [38:0] n51;
  wire [38:0] n52;
  wire [38:0] n53;
  wire [38:0] n54;
  wire [38:0] n55;
  wire [38:0] n56;
  wire [38:0] n57;
  wire [38:0] n58;
  wire [38:0] n59;
  wire [38:0] n6;
  wire [38:0] n60;
  wire [38:0] n61;
  wire [38:0] n62;
  wire [38:0] n63;
  wire [38:0] n64;
  wire [38:0] n65;
  wire [31:0] n66;
  wire [31:0] n67;
  wire [31:0] n68;
  wire [31:0] n69;
  wire [38:0] n7;
  wire [31:0] n70;
  wire [31:0] n71;
  wire [31:0] n72;
  wire [31:0] n73;
  wire [31:0] n74;
  wire [31:0] n75;
  wire [31:0] n76;
  wire [31:0] n77;
  wire [31:0] n78;
  wire [31:0] n79;
  wire [38:0] n8;
  wire [31:0] n80;
  wire [31:0] n81;
  wire [46:0] n82;
  wire [46:0] n83;
  wire [31:0] n84;
  wire [46:0] n85;
  wire [46:0] n86;
  wire [31:0] n87;
  wire [4:0] n88;
  wire [4:0] n89;
  wire [38:0] n9;
  wire [46:0] n90;
  wire [46:0] n91;
  wire [31:0] n92;
  wire [46:0] n93;
  wire [46:0] n94;
  wire [31:0] n95;
  wire [4:0] n96;
  wire [4:0] n97;
  wire [46:0] n98;
  wire [46:0] n99;
  output [31:0] checksum;
  reg [31:0] checksum = 32'd0;
  input clk;
  wire clk;
  wire [3:0] column;
  reg [31:0] cycle = 32'd0;
  wire first;
  wire [511:0] moving;
  wire [31:0] moving_0;
  wire [31:0] moving_10;
  wire [31:0] moving_11;
  wire [31:0] moving_12;
  wire [31:0] moving_13;
  wire [31:0] moving_14;
  wire [31:0] moving_15;
  wire [31:0] moving_1;
  wire [31:0] moving_2;
  wire [31:0] moving_3;
  wire [31:0] moving_4;
  wire [31:0] moving_5;
  wire [31:0] moving_6;
  wire [31:0] moving_7;
  wire [31:0] moving_8;
  wire [31:0] moving_9;
  wire [3:0] moving_dtype;
  reg [31:0] moving_random0 = 32'd305419896;
  wire [31:0] moving_random0_a;
  wire [31:0] moving_random0_b;
  reg [31:0] moving_random1 = 32'd471322131;
  reg [31:0] moving_random10 = 32'd1964442246;
  wire [31:0] moving_random10_a;
  wire [31:0] moving_random10_b;
  reg [31:0] moving_random11 = 32'd2130344481;
  wire [31:0] moving_random11_a;
  wire [31:0] moving_random11_b;
  reg [31:0] moving_random12 = 32'd2296246716;
  wire [31:0] moving_random12_a;
  wire [31:0] moving_random12_b;
  reg [31:0] moving_random13 = 32'd2462148951;
  wire [31:0] moving_random13_a;
  wire [31:0] moving_random13_b;
  reg [31:0] moving_random14 = 32'd2628051186;
  wire [31:0] moving_random14_a;
  wire [31:0] moving_random14_b;
  reg [31:0] moving_random15 = 32'd2793953421;
  wire [31:0] moving_random15_a;
  wire [31:0] moving_random15_b;
  wire [31:0] moving_random1_a;
  wire [31:0] moving_random1_b;
  reg [31:0] moving_random2 = 32'd637224366;
  wire [31:0] moving_random2_a;
  wire [31:0] moving_random2_b;
  reg [31:0] moving_random3 = 32'd803126601;
  wire [31:0] moving_random3_a;
  wire [31:0] moving_random3_b;
  reg [31:0] moving_random4 = 32'd969028836;
  wire [31:0] moving_random4_a;
  wire [31:0] moving_random4_b;
  reg [31:0] moving_random5 = 32'd1134931071;
  wire [31:0] moving_random5_a;
  wire [31:0] moving_random5_b;
  reg [31:0] moving_random6 = 32'd1300833306;
  wire [31:0] moving_random6_a;
  wire [31:0] moving_random6_b;
  reg [31:0] moving_random7 = 32'd1466735541;
  wire [31:0] moving_random7_a;
  wire [31:0] moving_random7_b;
  reg [31:0] moving_random8 = 32'd1632637776;
  wire [31:0] moving_random8_a;
  wire [31:0] moving_random8_b;
  reg [31:0] moving_random9 = 32'd1798540011;
  wire [31:0] moving_random9_a;
  wire [31:0] moving_random9_b;
  wire moving_valid;
  input rst;
  wire rst;
  wire [511:0] stationary;
  wire [31:0] stationary_0;
  wire [31:0] stationary_10;
  wire [31:0] stationary_11;
  wire [31:0] stationary_12;
  wire [31:0] stationary_13;
  wire [31:0] stationary_14;
  wire [31:0] stationary_15;
  wire [31:0] stationary_1;
  wire [31:0] stationary_2;
  wire [31:0] stationary_3;
  wire [31:0] stationary_4;
  wire [31:0] stationary_5;
  wire [31:0] stationary_6;
  wire [31:0] stationary_7;
  wire [31:0] stationary_8;
  wire [31:0] stationary_9;
  wire [3:0] stationary_dtype;
  reg [31:0] stationary_random0 = 32'd2271560481;
  wire [31:0] stationary_random0_a;
  wire [31:0] stationary_random0_b;
  reg [31:0] stationary_random1 = 32'd2138086240;
  reg [31:0] stationary_random10 = 32'd936818071;
  wire [31:0] stationary_random10_a;
  wire [31:0] stationary_random10_b;
  reg [31:0] stationary_random11 = 32'd803343830;
  wire [31:0] stationary_random11_a;
  wire [31:0] stationary_random11_b;
  reg [31:0] stationary_random12 = 32'd669869589;
  wire [31:0] stationary_random12_a;
  wire [31:0] stationary_random12_b;
  reg [31:0] stationary_random13 = 32'd536395348;
  wire [31:0] stationary_random13_a;
  wire [31:0] stationary_random13_b;
  reg [31:0] stationary_random14 = 32'd402921107;
  wire [31:0] stationary_random14_a;
  wire [31:0] stationary_random14_b;
  reg [31:0] stationary_random15 = 32'd269446866;
  wire [31:0] stationary_random15_a;
  wire [31:0] stationary_random15_b;
  wire [31:0] stationary_random1_a;
  wire [31:0] stationary_random1_b;
  reg [31:0] stationary_random2 = 32'd2004611999;
  wire [31:0] stationary_random2_a;
  wire [31:0] stationary_random2_b;
  reg [31:0] stationary_random3 = 32'd1871137758;
  wire [31:0] stationary_random3_a;
  wire [31:0] stationary_random3_b;
  reg [31:0] stationary_random4 = 32'd1737663517;
  wire [31:0] stationary_random4_a;
  wire [31:0] stationary_random4_b;
  reg [31:0] stationary_random5 = 32'd1604189276;
  wire [31:0] stationary_random5_a;
  wire [31:0] stationary_random5_b;
  reg [31:0] stationary_random6 = 32'd1470715035;
  wire [31:0] stationary_random6_a;
  wire [31:0] stationary_random6_b;
  reg [31:0] stationary_random7 = 32'd1337240794;
  wire [31:0] stationary_random7_a;
  wire [31:0] stationary_random7_b;
  reg [31:0] stationary_random8 = 32'd1203766553;
  wire [31:0] stationary_random8_a;
  wire [31:0] stationary_random8_b;
  reg [31:0] stationary_random9 = 32'd1070292312;
  wire [31:0] stationary_random9_a;
  wire [31:0] stationary_random9_b;
  wire stationary_valid;
  wire [511:0] sums;
  wire [31:0] sums_0;
  wire [31:0] sums_10;
  wire [31:0] sums_11;
  wire [31:0] sums_12;
  wire [31:0] sums_13;
  wire [31:0] sums_14;
  wire [31:0] sums_15;
  wire [31:0] sums_1;
  wire [31:0] sums_2;
  wire [31:0] sums_3;
  wire [31:0] sums_4;
  wire [31:0] sums_5;
  wire [31:0] sums_6;
  wire [31:0] sums_7;
  wire [31:0] sums_8;
  wire [31:0] sums_9;
  wire sums_valid;
  wire swap;
  assign n1 = cycle + 1'h1;
  assign n3 = { 7'h00, moving_random0_b } ^ n2;
  assign n5 = { 7'h00, stationary_random0_b } ^ n4;
  assign n7 = { 7'h00, moving_random1_b } ^ n6;
  assign n9 = { 7'h00, stationary_random1_b } ^ n8;
  assign n11 = { 7'h00, moving_random2_b } ^ n10;
  assign n13 = { 7'h00, stationary_random2_b } ^ n12;
  assign n15 = { 7'h00, moving_random3_b } ^ n14;
  assign n17 = { 7'h00, stationary_random3_b } ^ n16;
  assign n19 = { 7'h00, moving_random4_b } ^ n18;
  assign n21 = { 7'h00, stationary_random4_b } ^ n20;
  assign n23 = { 7'h00, moving_random5_b } ^ n22;
  assign n25 = { 7'h00, stationary_random5_b } ^ n24;
  assign n27 = { 7'h00, moving_random6_b } ^ n26;
  assign n29 = { 7'h00, stationary_random6_b } ^ n28;
  assign n31 = { 7'h00, moving_random7_b } ^ n30;
  assign n33 = { 7'h00, stationary_random7_b } ^ n32;
  assign n35 = { 7'h00, moving_random8_b } ^ n34;
  assign n37 = { 7'h00, stationary_random8_b } ^ n36;
  assign n39 = { 7'h00, moving_random9_b } ^ n38;
  assign n41 = { 7'h00, stationary_random9_b } ^ n40;
  assign n43 = { 7'h00, moving_random10_b } ^ n42;
  assign n45 = { 7'h00, stationary_random10_b } ^ n44;
  assign n47 = { 7'h00, moving_random11_b } ^ n46;
  assign n49 = { 7'h00, stationary_random11_b } ^ n48;
  assign n51 = { 7'h00, moving_random12_b } ^ n50;
  assign n53 = { 7'h00, stationary_random12_b } ^ n52;
  assign n55 = { 7'h00, moving_random13_b } ^ n54;
  assign n57 = { 7'h00, stationary_random13_b } ^ n56;
  assign n59 = { 7'h00, moving_random14_b } ^ n58;
  assign n61 = { 7'h00, stationary_random14_b } ^ n60;
  assign n63 = { 7'h00, moving_random15_b } ^ n62;
  assign n65 = { 7'h00, stationary_random15_b } ^ n64;
  assign n66 = sums[31:0] ^ { sums[62:32], sums[63] };
  assign n67 = n66 ^ { sums[93:64], sums[95:94] };
  assign n68 = n67 ^ { sums[124:96], sums[127:125] };
  assign n69 = n68 ^ { sums[155:128], sums[159:156] };
  assign n70 = n69 ^ { sums[186:160], sums[191:187] };
  assign n71 = n70 ^ { sums[217:192], sums[223:218] };
  assign n72 = n71 ^ { sums[248:224], sums[255:249] };
  assign n73 = n72 ^ { sums[279:256], sums[287:280] };
  assign n74 = n73 ^ { sums[310:288], sums[319:311] };
  assign n75 = n74 ^ { sums[341:320], sums[351:342] };
  assign n76 = n75 ^ { sums[372:352], sums[383:373] };
  assign n77 = n76 ^ { sums[403:384], sums[415:404] };
  assign n78 = n77 ^ { sums[434:416], sums[447:435] };
  assign n79 = n78 ^ { sums[465:448], sums[479:466] };
  assign n80 = n79 ^ { sums[496:480], sums[511:497] };
  assign n81 = { checksum[30:0], checksum[31] } ^ n80;
  assign n83 = { 15'h0000, moving_random0 } ^ n82;
  assign moving_random0_b = n83[31:0] ^ n84;
  assign n86 = { 15'h0000, stationary_random0 } ^ n85;
  assign stationary_random0_b = n86[31:0] ^ n87;
  assign n88 = 3'h7 + moving_random0[16];
  assign n89 = 3'h7 + stationary_random0[16];
  assign n91 = { 15'h0000, moving_random1 } ^ n90;
  assign moving_random1_b = n91[31:0] ^ n92;
  assign n94 = { 15'h0000, stationary_random1 } ^ n93;
  assign stationary_random1_b = n94[31:0] ^ n95;
  assign n96 = 3'h7 + moving_random1[16];
  assign n97 = 3'h7 + stationary_random1[16];
  assign n99 = { 15'h0000, moving_random2 } ^ n98;
  assign moving_random2_b = n99[31:0] ^ n100;
  assign n102 = { 15'h0000, stationary_random2 } ^ n101;
  assign stationary_random2_b = n102[31:0] ^ n103;
  assign n104 = 3'h7 + moving_random2[16];
  assign n105 = 3'h7 + stationary_random2[16];
  assign n107 = { 15'h0000, moving_random3 } ^ n106;
  assign moving_random3_b = n107[31:0] ^ n108;
  assign n110 = { 15'h0000, stationary_random3 } ^ n109;
  assign stationary_random3_b = n110[31:0] ^ n111;
  assign n112 = 3'h7 + moving_random3[16];
  assign n113 = 3'h7 + stationary_random3[16];
  assign n115 = { 15'h0000, moving_random4 } ^ n114;
  assign moving_random4_b = n115[31:0] ^ n116;
  assign n118 = { 15'h0000, stationary_random4 } ^ n117;
  assign stationary_random4_b = n118[31:0] ^ n119;
  assign n120 = 3'h7 + moving_random4[16];
  assign n121 = 3'h7 + stationary_random4[16];
  assign n123 = { 15'h0000, moving_random5 } ^ n122;
  assign moving_random5_b = n123[31:0] ^ n124;
  assign n126 = { 15'h0000, stationary_random5 } ^ n125;
  assign stationary_random5_b = n126[31:0] ^ n127;
  assign n128 = 3'h7 + moving_random5[16];
  assign n129 = 3'h7 + stationary_random5[16];
  assign n131 = { 15'h0000, moving_random6 } ^ n130;
  assign moving_random6_b = n131[31:0] ^ n132;
  assign n134 = { 15'h0000, stationary_random6 } ^ n133;
  assign stationary_random6_b = n134[31:0] ^ n135;
  assign n136 = 3'h7 + moving_random6[16];
  assign n137 = 3'h7 + stationary_random6[16];
  assign n139 = { 15'h0000, moving_random7 } ^ n138;
  assign moving_random7_b = n139[31:0] ^ n140;
  assign n142 = { 15'h0000, stationary_random7 } ^ n141;
  assign stationary_random7_b = n142[31:0] ^ n143;
  assign n144 = 3'h7 + moving_random7[16];
  assign n145 = 3'h7 + stationary_random7[16];
  assign n147 = { 15'h0000, moving_random8 } ^ n146;
  assign moving_random8_b = n147[31:0] ^ n148;
  assign n150 = { 15'h0000, stationary_random8 } ^ n149;
  assign stationary_random8_b = n150[31:0] ^ n151;
  assign n152 = 3'h7 + moving_random8[16];
  assign n153 = 3'h7 + stationary_random8[16];
  assign n155 = { 15'h0000, moving_random9 } ^ n154;
  assign moving_random9_b = n155[31:0] ^ n156;
  assign n158 = { 15'h0000, stationary_random9 } ^ n157;
  assign stationary_random9_b = n158[31:0] ^ n159;
  assign n160 = 3'h7 + moving_random9[16];
  assign n161 = 3'h7 + stationary_random9[16];
  assign n163 = { 15'h0000, moving_random10 } ^ n162;
  assign moving_random10_b = n163[31:0] ^ n164;
  assign n166 = { 15'h0000, stationary_random10 } ^ n165;
  assign stationary_random10_b = n166[31:0] ^ n167;
  assign n168 = 3'h7 + moving_random10[16];
  assign n169 = 3'h7 + stationary_random10[16];
  assign n171 = { 15'h0000, moving_random11 } ^ n170;
  assign moving_random11_b = n171[31:0] ^ n172;
  assign n174 = { 15'h0000, stationary_random11 } ^ n173;
  assign stationary_random11_b = n174[31:0] ^ n175;
  assign n176 = 3'h7 + moving_random11[16];
  assign n177 = 3'h7 + stationary_random11[16];
  assign n179 = { 15'h0000, moving_random12 } ^ n178;
  assign moving_random12_b = n179[31:0] ^ n180;
  assign n182 = { 15'h0000, stationary_random12 } ^ n181;
  assign stationary_random12_b = n182[31:0] ^ n183;
  assign n184 = 3'h7 + moving_random12[16];
  assign n185 = 3'h7 + stationary_random12[16];
  assign n187 = { 15'h0000, moving_random13 } ^ n186;
  assign moving_random13_b = n187[31:0] ^ n188;
  assign n190 = { 15'h0000, stationary_random13 } ^ n189;
  assign stationary_random13_b = n190[31:0] ^ n191;
  assign n192 = 3'h7 + moving_random13[16];
  assign n193 = 3'h7 + stationary_random13[16];
  assign n195 = { 15'h0000, moving_random14 } ^ n194;
  assign moving_random14_b = n195[31:0] ^ n196;
  assign n198 = { 15'h0000, stationary_random14 } ^ n197;
  assign stationary_random14_b = n198[31:0] ^ n199;
  assign n200 = 3'h7 + moving_random14[16];
  assign n201 = 3'h7 + stationary_random14[16];
  assign n203 = { 15'h0000, moving_random15 } ^ n202;
  assign moving_random15_b = n203[31:0] ^ n204;
  assign n206 = { 15'h0000, stationary_random15 } ^ n205;
  assign stationary_random15_b = n206[31:0] ^ n207;
  assign n208 = 3'h7 + moving_random15[16];
  assign n209 = 3'h7 + stationary_random15[16];
  assign swap = cycle[5:0] == 6'h28;
  assign stationary_valid = cycle[5:4] == 1'h1;
  assign first = ! cycle[3:0];
  always @(posedge clk)
    cycle <= n210;
  always @(posedge clk)
    moving_random0 <= n211;
  always @(posedge clk)
    stationary_random0 <= n212;
  always @(posedge clk)
    moving_random1 <= n213;
  always @(posedge clk)
    stationary_random1 <= n214;
  always @(posedge clk)
    moving_random2 <= n215;
  always @(posedge clk)
    stationary_random2 <= n216;
  always @(posedge clk)
    moving_random3 <= n217;
  always @(posedge clk)
    stationary_random3 <= n218;
  always @(posedge clk)
    moving_random4 <= n219;
  always @(posedge clk)
    stationary_random4 <= n220;
  always @(posedge clk)
    moving_random5 <= n221;
  always @(posedge clk)
    stationary_random5 <= n222;
  always @(posedge clk)
    moving_random6 <= n223;
  always @(posedge clk)
    stationary_random6 <= n224;
  always @(posedge clk)
    moving_random7 <= n225;
  always @(posedge clk)
    stationary_random7 <= n226;
  always @(posedge clk)
    moving_random8 <= n227;
  always @(posedge clk)
    stationary_random8 <= n228;
  always @(posedge clk)
    moving_random9 <= n229;
  always @(posedge clk)
    stationary_random9 <= n230;
  always @(posedge clk)
    moving_random10 <= n231;
  always @(posedge clk)
    stationary_random10 <= n232;
  always @(posedge clk)
    moving_random11 <= n233;
  always @(posedge clk)
    stationary_random11 <= n234;
  always @(posedge clk)
    moving_random12 <= n235;
  always @(posedge clk)
    stationary_random12 <= n236;
  always @(posedge clk)
    moving_random13 <= n237;
  always @(posedge clk)
    stationary_random13 <= n238;
  always @(posedge clk)
    moving_random14 <= n239;
  always @(posedge clk)
    stationary_random14 <= n240;
  always @(posedge clk)
    moving_random15 <= n241;
  always @(posedge clk)
    stationary_random15 <= n242;
  always @(posedge clk)
    checksum <= n243;
  reference_array_array array (
    .clk(clk),
    .column(cycle[3:0]),
    .first(first),
    .raw(moving),
    .raw_6(stationary),
    .rst(rst),
    .sums(sums),
    .sums_valid(sums_valid),
    .swap_1877(swap),
    .valid_10(stationary_valid)
  );
  always @* begin
    if (at_start) begin end
    n210 = n1[31:0];
    if (rst) begin
      n210 = 32'd0;
    end
  end
  always @* begin
    if (at_start) begin end
    n211 = n3[31:0];
    if (rst) begin
      n211 = 32'd305419896;
    end
  end
  always @* begin
    if (at_start) begin end
    n212 = n5[31:0];
    if (rst) begin
      n212 = 32'd2271560481;
    end
  end
  always @* begin
    if (at_start) begin end
    n213 = n7[31:0];
    if (rst) begin
      n213 = 32'd471322131;
    end
  end
  always @* begin
    if (at_start) begin end
    n214 = n9[31:0];
    if (rst) begin
      n214 = 32'd2138086240;
    end
  end
  always @* begin
    if (at_start) begin end
    n215 = n11[31:0];
    if (rst) begin
      n215 = 32'd637224366;
    end
  end
  always @* begin
    if (at_start) begin end
    n216 = n13[31:0];
    if (rst) begin
      n216 = 32'd2004611999;
    end
  end
  always @* begin
    if (at_start) begin end
    n217 = n15[31:0];
    if (rst) begin
      n217 = 32'd803126601;
    end
  end
  always @* begin
    if (at_start) begin end
    n218 = n17[31:0];
    if (rst) begin
      n218 = 32'd1871137758;
    end
  end
  always @* begin
    if (at_start) begin end
    n219 = n19[31:0];
    if (rst) begin
      n219 = 32'd969028836;
    end
  end
  always @* begin
    if (at_start) begin end
    n220 = n21[31:0];
    if (rst) begin
      n220 = 32'd1737663517;
    end
  end
  always @* begin
    if (at_start) begin end
    n221 = n23[31:0];
    if (rst) begin
      n221 = 32'd1134931071;
    end
  end
  always @* begin
    if (at_start) begin end
    n222 = n25[31:0];
    if (rst) begin
      n222 = 32'd1604189276;
    end
  end
  always @* begin
    if (at_start) begin end
    n223 = n27[31:0];
    if (rst) begin
      n223 = 32'd1300833306;
    end
  end
  always @* begin
    if (at_start) begin end
    n224 = n29[31:0];
    if (rst) begin
      n224 = 32'd1470715035;
    end
  end
  always @* begin
    if (at_start) begin end
    n225 = n31[31:0];
    if (rst) begin
      n225 = 32'd1466735541;
    end
  end
  always @* begin
    if (at_start) begin end
    n226 = n33[31:0];
    if (rst) begin
      n226 = 32'd1337240794;
    end
  end
  always @* begin
    if (at_start) begin end
    n227 = n35[31:0];
    if (rst) begin
      n227 = 32'd1632637776;
    end
  end
  always @* begin
    if (at_start) begin end
    n228 = n37[31:0];
    if (rst) begin
      n228 = 32'd1203766553;
    end
  end
  always @* begin
    if (at_start) begin end
    n229 = n39[31:0];
    if (rst) begin
      n229 = 32'd1798540011;
    end
  end
  always @* begin
    if (at_start) begin end
    n230 = n41[31:0];
    if (rst) begin
      n230 = 32'd1070292312;
    end
  end
  always @* begin
    if (at_start) begin end
    n231 = n43[31:0];
    if (rst) begin
      n231 = 32'd1964442246;
    end
  end
  always @* begin
    if (at_start) begin end
    n232 = n45[31:0];
    if (rst) begin
      n232 = 32'd936818071;
    end
  end
  always @* begin
    if (at_start) begin end
    n233 = n47[31:0];
    if (rst) begin
      n233 = 32'd2130344481;
    end
  end
  always @* begin
    if (at_start) begin end
    n234 = n49[31:0];
    if (rst) begin
      n234 = 32'd803343830;
    end
  end
  always @* begin
    if (at_start) begin end
    n235 = n51[31:0];
    if (rst) begin
      n235 = 32'd2296246716;
    end
  end
  always @* begin
    if (at_start) begin end
    n236 = n53[31:0];
    if (rst) begin
      n236 = 32'd669869589;
    end
  end
  always @* begin
    if (at_start) begin end
    n237 = n55[31:0];
    if (rst) begin
      n237 = 32'd2462148951;
    end
  end
  always @* begin
    if (at_start) begin end
    n238 = n57[31:0];
    if (rst) begin
      n238 = 32'd536395348;
    end
  end
  always @* begin
    if (at_start) begin end
    n239 = n59[31:0];
    if (rst) begin
      n239 = 32'd2628051186;
    end
  end
  always @* begin
    if (at_start) begin end
    n240 = n61[31:0];
    if (rst) begin
      n240 = 32'd402921107;
    end
  end
  always @* begin
    if (at_start) begin end
    n241 = n63[31:0];
    if (rst) begin
      n241 = 32'd2793953421;
    end
  end
  always @* begin
    if (at_start) begin end
    n242 = n65[31:0];
    if (rst) begin
      n242 = 32'd269446866;
    end
  end
  always @* begin
    if (at_start) begin end
    n243 = checksum;
    if (sums_valid) begin
      n243 = n81;
    end
    if (rst) begin
      n243 = 32'd0;
    end
  end
  assign moving_random0_a = n83[31:0];
  assign stationary_random0_a = n86[31:0];
  assign moving_random1_a = n91[31:0];
  assign stationary_random1_a = n94[31:0];
  assign moving_random2_a = n99[31:0];
  assign stationary_random2_a = n102[31:0];
  assign moving_random3_a = n107[31:0];
  assign stationary_random3_a = n110[31:0];
  assign moving_random4_a = n115[31:0];
  assign stationary_random4_a = n118[31:0];
  assign moving_random5_a = n123[31:0];
  assign stationary_random5_a = n126[31:0];
  assign moving_random6_a = n131[31:0];
  assign stationary_random6_a = n134[31:0];
  assign moving_random7_a = n139[31:0];
  assign stationary_random7_a = n142[31:0];
  assign moving_random8_a = n147[31:0];
  assign stationary_random8_a = n150[31:0];
  assign moving_random9_a = n155[31:0];
  assign stationary_random9_a = n158[31:0];
  assign moving_random10_a = n163[31:0];
  assign stationary_random10_a = n166[31:0];
  assign moving_random11_a = n171[31:0];
  assign stationary_random11_a = n174[31:0];
  assign moving_random12_a = n179[31:0];
  assign stationary_random12_a = n182[31:0];
  assign moving_random13_a = n187[31:0];
  assign stationary_random13_a = n190[31:0];
  assign moving_random14_a = n195[31:0];
  assign stationary_random14_a = n198[31:0];
  assign moving_random15_a = n203[31:0];
  assign stationary_random15_a = n206[31:0];
  assign moving_dtype = 4'h3;
  assign stationary_dtype = 4'h3;
  assign moving_valid = 1'h1;
  assign column = cycle[3:0];
  assign sums_0 = sums[31:0];
  assign sums_1 = sums[63:32];
  assign sums_2 = sums[95:64];
  assign sums_3 = sums[127:96];
  assign sums_4 = sums[159:128];
  assign sums_5 = sums[191:160];
  assign sums_6 = sums[223:192];
  assign sums_7 = sums[255:224];
  assign sums_8 = sums[287:256];
  assign sums_9 = sums[319:288];
  assign sums_10 = sums[351:320];
  assign sums_11 = sums[383:352];
  assign sums_12 = sums[415:384];
  assign sums_13 = sums[447:416];
  assign sums_14 = sums[479:448];
  assign sums_15 = sums[511:480];
  assign moving_0 = moving[31:0];
  assign moving_1 = moving[63:32];
  assign moving_2 = moving[95:64];
  assign moving_3 = moving[127:96];
  assign moving_4 = moving[159:128];
  assign moving_5 = moving[191:160];
  assign moving_6 = moving[223:192];
  assign moving_7 = moving[255:224];
  assign moving_8 = moving[287:256];
  assign moving_9 = moving[319:288];
  assign moving_10 = moving[351:320];
  assign moving_11 = moving[383:352];
  assign moving_12 = moving[415:384];
  assign moving_13 = moving[447:416];
  assign moving_14 = moving[479:448];
  assign moving_15 = moving[511:480];
  assign stationary_0 = stationary[31:0];
  assign stationary_1 = stationary[63:32];
  assign stationary_2 = stationary[95:64];
  assign stationary_3 = stationary[127:96];
  assign stationary_4 = stationary[159:128];
  assign stationary_5 = stationary[191:160];
  assign stationary_6 = stationary[223:192];
  assign stationary_7 = stationary[255:224];
  assign stationary_8 = stationary[287:256];
  assign stationary_9 = stationary[319:288];
  assign stationary_10 = stationary[351:320];
  assign stationary_11 = stationary[383:352];
  assign stationary_12 = stationary[415:384];
  assign stationary_13 = stationary[447:416];
  assign stationary_14 = stationary[479:448];
  assign stationary_15 = stationary[511:480];
  assign stationary[511:480] = { 15'h0000, stationary_random15[31], n209, stationary_random15[14:11], stationary_random15[9:3] };
  assign stationary[479:448] = { 15'h0000, stationary_random14[31], n201, stationary_random14[14:11], stationary_random14[9:3] };
  assign stationary[447:416] = { 15'h0000, stationary_random13[31], n193, stationary_random13[14:11], stationary_random13[9:3] };
  assign stationary[415:384] = { 15'h0000, stationary_random12[31], n185, stationary_random12[14:11], stationary_random12[9:3] };
  assign stationary[383:352] = { 15'h0000, stationary_random11[31], n177, stationary_random11[14:11], stationary_random11[9:3] };
  assign stationary[351:320] = { 15'h0000, stationary_random10[31], n169, stationary_random10[14:11], stationary_random10[9:3] };
  assign stationary[319:288] = { 15'h0000, stationary_random9[31], n161, stationary_random9[14:11], stationary_random9[9:3] };
  assign stationary[287:256] = { 15'h0000, stationary_random8[31], n153, stationary_random8[14:11], stationary_random8[9:3] };
  assign stationary[255:224] = { 15'h0000, stationary_random7[31], n145, stationary_random7[14:11], stationary_random7[9:3] };
  assign stationary[223:192] = { 15'h0000, stationary_random6[31], n137, stationary_random6[14:11], stationary_random6[9:3] };
  assign stationary[191:160] = { 15'h0000, stationary_random5[31], n129, stationary_random5[14:11], stationary_random5[9:3] };
  assign stationary[159:128] = { 15'h0000, stationary_random4[31], n121, stationary_random4[14:11], stationary_random4[9:3] };
  assign stationary[127:96] = { 15'h0000, stationary_random3[31], n113, stationary_random3[14:11], stationary_random3[9:3] };
  assign stationary[95:64] = { 15'h0000, stationary_random2[31], n105, stationary_random2[14:11], stationary_random2[9:3] };
  assign stationary[63:32] = { 15'h0000, stationary_random1[31], n97, stationary_random1[14:11], stationary_random1[9:3] };
  assign stationary[31:0] = { 15'h0000, stationary_random0[31], n89, stationary_random0[14:11], stationary_random0[9:3] };
  assign moving[511:480] = { 15'h0000, moving_random15[31], n208, moving_random15[14:11], moving_random15[9:3] };
  assign moving[479:448] = { 15'h0000, moving_random14[31], n200, moving_random14[14:11], moving_random14[9:3] };
  assign moving[447:416] = { 15'h0000, moving_random13[31], n192, moving_random13[14:11], moving_random13[9:3] };
  assign moving[415:384] = { 15'h0000, moving_random12[31], n184, moving_random12[14:11], moving_random12[9:3] };
  assign moving[383:352] = { 15'h0000, moving_random11[31], n176, moving_random11[14:11], moving_random11[9:3] };
  assign moving[351:320] = { 15'h0000, moving_random10[31], n168, moving_random10[14:11], moving_random10[9:3] };
  assign moving[319:288] = { 15'h0000, moving_random9[31], n160, moving_random9[14:11], moving_random9[9:3] };
  assign moving[287:256] = { 15'h0000, moving_random8[31], n152, moving_random8[14:11], moving_random8[9:3] };
  assign moving[255:224] = { 15'h0000, moving_random7[31], n144, moving_random7[14:11], moving_random7[9:3] };
  assign moving[223:192] = { 15'h0000, moving_random6[31], n136, moving_random6[14:11], moving_random6[9:3] };
  assign moving[191:160] = { 15'h0000, moving_random5[31], n128, moving_random5[14:11], moving_random5[9:3] };
  assign moving[159:128] = { 15'h0000, moving_random4[31], n120, moving_random4[14:11], moving_random4[9:3] };
  assign moving[127:96] = { 15'h0000, moving_random3[31], n112, moving_random3[14:11], moving_random3[9:3] };
  assign moving[95:64] = { 15'h0000, moving_random2[31], n104, moving_random2[14:11], moving_random2[9:3] };
  assign moving[63:32] = { 15'h0000, moving_random1[31], n96, moving_random1[14:11], moving_random1[9:3] };
  assign moving[31:0] = { 15'h0000, moving_random0[31], n88, moving_random0[14:11], moving_random0[9:3] };
  assign n82 = { 2'h0, moving_random0, 13'h0000 };
  assign n84 = { 17'h00000, n83[31:17] };
  assign n2 = { 2'h0, moving_random0_b, 5'h00 };
  assign n85 = { 2'h0, stationary_random0, 13'h0000 };
  assign n87 = { 17'h00000, n86[31:17] };
  assign n4 = { 2'h0, stationary_random0_b, 5'h00 };
  assign n90 = { 2'h0, moving_random1, 13'h0000 };
  assign n92 = { 17'h00000, n91[31:17] };
  assign n6 = { 2'h0, moving_random1_b, 5'h00 };
  assign n93 = { 2'h0, stationary_random1, 13'h0000 };
  assign n95 = { 17'h00000, n94[31:17] };
  assign n8 = { 2'h0, stationary_random1_b, 5'h00 };
  assign n98 = { 2'h0, moving_random2, 13'h0000 };
  assign n100 = { 17'h00000, n99[31:17] };
  assign n10 = { 2'h0, moving_random2_b, 5'h00 };
  assign n101 = { 2'h0, stationary_random2, 13'h0000 };
  assign n103 = { 17'h00000, n102[31:17] };
  assign n12 = { 2'h0, stationary_random2_b, 5'h00 };
  assign n106 = { 2'h0, moving_random3, 13'h0000 };
  assign n108 = { 17'h00000, n107[31:17] };
  assign n14 = { 2'h0, moving_random3_b, 5'h00 };
  assign n109 = { 2'h0, stationary_random3, 13'h0000 };
  assign n111 = { 17'h00000, n110[31:17] };
  assign n16 = { 2'h0, stationary_random3_b, 5'h00 };
  assign n114 = { 2'h0, moving_random4, 13'h0000 };
  assign n116 = { 17'h00000, n115[31:17] };
  assign n18 = { 2'h0, moving_random4_b, 5'h00 };
  assign n117 = { 2'h0, stationary_random4, 13'h0000 };
  assign n119 = { 17'h00000, n118[31:17] };
  assign n20 = { 2'h0, stationary_random4_b, 5'h00 };
  assign n122 = { 2'h0, moving_random5, 13'h0000 };
  assign n124 = { 17'h00000, n123[31:17] };
  assign n22 = { 2'h0, moving_random5_b, 5'h00 };
  assign n125 = { 2'h0, stationary_random5, 13'h0000 };
  assign n127 = { 17'h00000, n126[31:17] };
  assign n24 = { 2'h0, stationary_random5_b, 5'h00 };
  assign n130 = { 2'h0, moving_random6, 13'h0000 };
  assign n132 = { 17'h00000, n131[31:17] };
  assign n26 = { 2'h0, moving_random6_b, 5'h00 };
  assign n133 = { 2'h0, stationary_random6, 13'h0000 };
  assign n135 = { 17'h00000, n134[31:17] };
  assign n28 = { 2'h0, stationary_random6_b, 5'h00 };
  assign n138 = { 2'h0, moving_random7, 13'h0000 };
  assign n140 = { 17'h00000, n139[31:17] };
  assign n30 = { 2'h0, moving_random7_b, 5'h00 };
  assign n141 = { 2'h0, stationary_random7, 13'h0000 };
  assign n143 = { 17'h00000, n142[31:17] };
  assign n32 = { 2'h0, stationary_random7_b, 5'h00 };
  assign n146 = { 2'h0, moving_random8, 13'h0000 };
  assign n148 = { 17'h00000, n147[31:17] };
  assign n34 = { 2'h0, moving_random8_b, 5'h00 };
  assign n149 = { 2'h0, stationary_random8, 13'h0000 };
  assign n151 = { 17'h00000, n150[31:17] };
  assign n36 = { 2'h0, stationary_random8_b, 5'h00 };
  assign n154 = { 2'h0, moving_random9, 13'h0000 };
  assign n156 = { 17'h00000, n155[31:17] };
  assign n38 = { 2'h0, moving_random9_b, 5'h00 };
  assign n157 = { 2'h0, stationary_random9, 13'h0000 };
  assign n159 = { 17'h00000, n158[31:17] };
  assign n40 = { 2'h0, stationary_random9_b, 5'h00 };
  assign n162 = { 2'h0, moving_random10, 13'h0000 };
  assign n164 = { 17'h00000, n163[31:17] };
  assign n42 = { 2'h0, moving_random10_b, 5'h00 };
  assign n165 = { 2'h0, stationary_random10, 13'h0000 };
  assign n167 = { 17'h00000, n166[31:17] };
  assign n44 = { 2'h0, stationary_random10_b, 5'h00 };
  assign n170 = { 2'h0, moving_random11, 13'h0000 };
  assign n172 = { 17'h00000, n171[31:17] };
  assign n46 = { 2'h0, moving_random11_b, 5'h00 };
  assign n173 = { 2'h0, stationary_random11, 13'h0000 };
  assign n175 = { 17'h00000, n174[31:17] };
  assign n48 = { 2'h0, stationary_random11_b, 5'h00 };
  assign n178 = { 2'h0, moving_random12, 13'h0000 };
  assign n180 = { 17'h00000, n179[31:17] };
  assign n50 = { 2'h0, moving_random12_b, 5'h00 };
  assign n181 = { 2'h0, stationary_random12, 13'h0000 };
  assign n183 = { 17'h00000, n182[31:17] };
  assign n52 = { 2'h0, stationary_random12_b, 5'h00 };
  assign n186 = { 2'h0, moving_random13, 13'h0000 };
  assign n188 = { 17'h00000, n187[31:17] };
  assign n54 = { 2'h0, moving_random13_b, 5'h00 };
  assign n189 = { 2'h0, stationary_random13, 13'h0000 };
  assign n191 = { 17'h00000, n190[31:17] };
  assign n56 = { 2'h0, stationary_random13_b, 5'h00 };
  assign n194 = { 2'h0, moving_random14, 13'h0000 };
  assign n196 = { 17'h00000, n195[31:17] };
  assign n58 = { 2'h0, moving_random14_b, 5'h00 };
  assign n197 = { 2'h0, stationary_random14, 13'h0000 };
  assign n199 = { 17'h00000, n198[31:17] };
  assign n60 = { 2'h0, stationary_random14_b, 5'h00 };
  assign n202 = { 2'h0, moving_random15, 13'h0000 };
  assign n204 = { 17'h00000, n203[31:17] };
  assign n62 = { 2'h0, moving_random15_b, 5'h00 };
  assign n205 = { 2'h0, stationary_random15, 13'h0000 };
  assign n207 = { 17'h00000, n206[31:17] };
  assign n64 = { 2'h0, stationary_random15_b, 5'h00 };
endmodule

module reference_array_array (
  clk,
  rst,
  column,
  first,
  raw,
  raw_6,
  sums,
  sums_valid,
  swap_1877,
  valid_10
);
  reg at_start = 0;
  wire n1;
  wire [15:0] n10;
  wire n11;
  wire [15:0] n12;
  wire n13;
  wire [15:0] n14;
  wire n15;
  wire [15:0] n16;
  wire n17;
  wire [15:0] n18;
  wire n19;
  wire [15:0] n2;
  wire [15:0] n20;
  wire n21;
  wire [15:0] n22;
  wire n23;
  wire [15:0] n24;
  wire n25;
  wire [15:0] n26;
  wire n27;
  wire [15:0] n28;
  wire n29;
  wire n3;
  wire [15:0] n30;
  wire n31;
  wire [15:0] n32;
  wire [31:0] n33;
  wire n34;
  wire [31:0] n35;
  wire [35:0] n36;
  wire [35:0] n37;
  wire [2:0] n38;
  reg [30:0] n39;
  wire [15:0] n4;
  reg [34:0] n40;
  reg [1:0] n41;
  reg [4:0] n42;
  reg [4:0] n43;
  reg n44;
  reg [4:0] n45;
  reg [4:0] n46;
  reg n47;
  reg [4:0] n48;
  reg [4:0] n49;
  wire n5;
  reg n50;
  reg [4:0] n51;
  reg [4:0] n52;
  reg n53;
  reg [4:0] n54;
  reg [4:0] n55;
  reg n56;
  reg [4:0] n57;
  reg [4:0] n58;
  reg n59;
  wire [15:0] n6;
  reg [4:0] n60;
  reg [4:0] n61;
  reg n62;
  reg [4:0] n63;
  reg [4:0] n64;
  reg n65;
  reg [4:0] n66;
  reg [4:0] n67;
  reg n68;
  reg [4:0] n69;
  wire n7;
  reg [4:0] n70;
  reg n71;
  reg [4:0] n72;
  reg [4:0] n73;
  reg n74;
  reg [4:0] n75;
  reg [4:0] n76;
  reg n77;
  reg [4:0] n78;
  reg [4:0] n79;
  wire [15:0] n8;
  reg n80;
  reg [4:0] n81;
  reg [4:0] n82;
  reg n83;
  reg [4:0] n84;
  reg [4:0] n85;
  reg n86;
  reg [4:0] n87;
  reg [4:0] n88;
  reg n89;
  wire n9;
  wire clear;
  wire clear0;
  wire clear1;
  wire clear10;
  wire clear11;
  wire clear12;
  wire clear13;
  wire clear14;
  wire clear15;
  wire clear2;
  wire clear3;
  wire clear4;
  wire clear5;
  wire clear6;
  wire clear7;
  wire clear8;
  wire clear9;
  input clk;
  wire clk;
  input [3:0] column;
  wire [3:0] column;
  reg [4:0] control0_0 = 5'h00;
  reg [4:0] control0_1 = 5'h00;
  reg [4:0] control10_0 = 5'h00;
  reg [4:0] control10_1 = 5'h00;
  reg [4:0] control11_0 = 5'h00;
  reg [4:0] control11_1 = 5'h00;
  reg [4:0] control12_0 = 5'h00;
  reg [4:0] control12_1 = 5'h00;
  reg [4:0] control13_0 = 5'h00;
  reg [4:0] control13_1 = 5'h00;
  reg [4:0] control14_0 = 5'h00;
  reg [4:0] control14_1 = 5'h00;
  reg [4:0] control15_0 = 5'h00;
  reg [4:0] control15_1 = 5'h00;
  reg [4:0] control1_0 = 5'h00;
  reg [4:0] control1_1 = 5'h00;
  reg [4:0] control2_0 = 5'h00;
  reg [4:0] control2_1 = 5'h00;
  reg [4:0] control3_0 = 5'h00;
  reg [4:0] control3_1 = 5'h00;
  reg [4:0] control4_0 = 5'h00;
  reg [4:0] control4_1 = 5'h00;
  reg [4:0] control5_0 = 5'h00;
  reg [4:0] control5_1 = 5'h00;
  reg [4:0] control6_0 = 5'h00;
  reg [4:0] control6_1 = 5'h00;
  reg [4:0] control7_0 = 5'h00;
  reg [4:0] control7_1 = 5'h00;
  reg [4:0] control8_0 = 5'h00;
  reg [4:0] control8_1 = 5'h00;
  reg [4:0] control9_0 = 5'h00;
  reg [4:0] control9_1 = 5'h00;
  wire [3:0] dtype;
  input first;
  wire first;
  wire load;
  reg load0 = 1'h0;
  reg load1 = 1'h0;
  reg load10 = 1'h0;
  reg load11 = 1'h0;
  reg load12 = 1'h0;
  reg load13 = 1'h0;
  reg load14 = 1'h0;
  reg load15 = 1'h0;
  reg load2 = 1'h0;
  reg load3 = 1'h0;
  reg load4 = 1'h0;
  reg load5 = 1'h0;
  reg load6 = 1'h0;
  reg load7 = 1'h0;
  reg load8 = 1'h0;
  reg load9 = 1'h0;
  reg [15:0] loads0;
  reg [15:0] loads1;
  reg [15:0] loads10;
  reg [15:0] loads11;
  reg [15:0] loads12;
  reg [15:0] loads13;
  reg [15:0] loads14;
  reg [15:0] loads15;
  reg [15:0] loads2;
  reg [15:0] loads3;
  reg [15:0] loads4;
  reg [15:0] loads5;
  reg [15:0] loads6;
  reg [15:0] loads7;
  reg [15:0] loads8;
  reg [15:0] loads9;
  wire [511:0] moving;
  wire [31:0] moving_0;
  wire [31:0] moving_10;
  wire [31:0] moving_11;
  wire [31:0] moving_12;
  wire [31:0] moving_13;
  wire [31:0] moving_14;
  wire [31:0] moving_15;
  wire [31:0] moving_1;
  wire [31:0] moving_2;
  wire [31:0] moving_3;
  wire [31:0] moving_4;
  wire [31:0] moving_5;
  wire [31:0] moving_6;
  wire [31:0] moving_7;
  wire [31:0] moving_8;
  wire [31:0] moving_9;
  wire [3:0] moving_dtype;
  wire moving_valid;
  input [511:0] raw;
  wire [511:0] raw;
  input [511:0] raw_6;
  wire [511:0] raw_6;
  wire [31:0] raw_6_0;
  wire [31:0] raw_6_10;
  wire [31:0] raw_6_11;
  wire [31:0] raw_6_12;
  wire [31:0] raw_6_13;
  wire [31:0] raw_6_14;
  wire [31:0] raw_6_15;
  wire [31:0] raw_6_1;
  wire [31:0] raw_6_2;
  wire [31:0] raw_6_3;
  wire [31:0] raw_6_4;
  wire [31:0] raw_6_5;
  wire [31:0] raw_6_6;
  wire [31:0] raw_6_7;
  wire [31:0] raw_6_8;
  wire [31:0] raw_6_9;
  wire [31:0] raw_0;
  wire [31:0] raw_10;
  wire [31:0] raw_11;
  wire [31:0] raw_12;
  wire [31:0] raw_13;
  wire [31:0] raw_14;
  wire [31:0] raw_15;
  wire [31:0] raw_1;
  wire [31:0] raw_2;
  wire [31:0] raw_3;
  wire [31:0] raw_4;
  wire [31:0] raw_5;
  wire [31:0] raw_6_16;
  wire [31:0] raw_7;
  wire [31:0] raw_8;
  wire [31:0] raw_9;
  wire [351:0] rows;
  wire [351:0] stationary_edge__rows;
  wire [21:0] rows_24_0;
  wire [8:0] rows_24_0_exponent;
  wire [10:0] rows_24_0_fraction;
  wire rows_24_0_leading;
  wire rows_24_0_sign;
  wire [21:0] rows_24_10;
  wire [8:0] rows_24_10_exponent;
  wire [10:0] rows_24_10_fraction;
  wire rows_24_10_leading;
  wire rows_24_10_sign;
  wire [21:0] rows_24_11;
  wire [8:0] rows_24_11_exponent;
  wire [10:0] rows_24_11_fraction;
  wire rows_24_11_leading;
  wire rows_24_11_sign;
  wire [21:0] rows_24_12;
  wire [8:0] rows_24_12_exponent;
  wire [10:0] rows_24_12_fraction;
  wire rows_24_12_leading;
  wire rows_24_12_sign;
  wire [21:0] rows_24_13;
  wire [8:0] rows_24_13_exponent;
  wire [10:0] rows_24_13_fraction;
  wire rows_24_13_leading;
  wire rows_24_13_sign;
  wire [21:0] rows_24_14;
  wire [8:0] rows_24_14_exponent;
  wire [10:0] rows_24_14_fraction;
  wire rows_24_14_leading;
  wire rows_24_14_sign;
  wire [21:0] rows_24_15;
  wire [8:0] rows_24_15_exponent;
  wire [10:0] rows_24_15_fraction;
  wire rows_24_15_leading;
  wire rows_24_15_sign;
  wire [21:0] rows_24_1;
  wire [8:0] rows_24_1_exponent;
  wire [10:0] rows_24_1_fraction;
  wire rows_24_1_leading;
  wire rows_24_1_sign;
  wire [21:0] rows_24_2;
  wire [8:0] rows_24_2_exponent;
  wire [10:0] rows_24_2_fraction;
  wire rows_24_2_leading;
  wire rows_24_2_sign;
  wire [21:0] rows_24_3;
  wire [8:0] rows_24_3_exponent;
  wire [10:0] rows_24_3_fraction;
  wire rows_24_3_leading;
  wire rows_24_3_sign;
  wire [21:0] rows_24_4;
  wire [8:0] rows_24_4_exponent;
  wire [10:0] rows_24_4_fraction;
  wire rows_24_4_leading;
  wire rows_24_4_sign;
  wire [21:0] rows_24_5;
  wire [8:0] rows_24_5_exponent;
  wire [10:0] rows_24_5_fraction;
  wire rows_24_5_leading;
  wire rows_24_5_sign;
  wire [21:0] rows_24_6;
  wire [8:0] rows_24_6_exponent;
  wire [10:0] rows_24_6_fraction;
  wire rows_24_6_leading;
  wire rows_24_6_sign;
  wire [21:0] rows_24_7;
  wire [8:0] rows_24_7_exponent;
  wire [10:0] rows_24_7_fraction;
  wire rows_24_7_leading;
  wire rows_24_7_sign;
  wire [21:0] rows_24_8;
  wire [8:0] rows_24_8_exponent;
  wire [10:0] rows_24_8_fraction;
  wire rows_24_8_leading;
  wire rows_24_8_sign;
  wire [21:0] rows_24_9;
  wire [8:0] rows_24_9_exponent;
  wire [10:0] rows_24_9_fraction;
  wire rows_24_9_leading;
  wire rows_24_9_sign;
  wire [21:0] rows_0;
  wire [8:0] rows_0_exponent;
  wire [10:0] rows_0_fraction;
  wire rows_0_leading;
  wire rows_0_sign;
  wire [21:0] rows_10;
  wire [8:0] rows_10_exponent;
  wire [10:0] rows_10_fraction;
  wire rows_10_leading;
  wire rows_10_sign;
  wire [21:0] rows_11;
  wire [8:0] rows_11_exponent;
  wire [10:0] rows_11_fraction;
  wire rows_11_leading;
  wire rows_11_sign;
  wire [21:0] rows_12;
  wire [8:0] rows_12_exponent;
  wire [10:0] rows_12_fraction;
  wire rows_12_leading;
  wire rows_12_sign;
  wire [21:0] rows_13;
  wire [8:0] rows_13_exponent;
  wire [10:0] rows_13_fraction;
  wire rows_13_leading;
  wire rows_13_sign;
  wire [21:0] rows_14;
  wire [8:0] rows_14_exponent;
  wire [10:0] rows_14_fraction;
  wire rows_14_leading;
  wire rows_14_sign;
  wire [21:0] rows_15;
  wire [8:0] rows_15_exponent;
  wire [10:0] rows_15_fraction;
  wire rows_15_leading;
  wire rows_15_sign;
  wire [21:0] rows_1;
  wire [8:0] rows_1_exponent;
  wire [10:0] rows_1_fraction;
  wire rows_1_leading;
  wire rows_1_sign;
  wire [21:0] rows_2;
  wire [8:0] rows_2_exponent;
  wire [10:0] rows_2_fraction;
  wire rows_2_leading;
  wire rows_2_sign;
  wire [21:0] rows_3;
  wire [8:0] rows_3_exponent;
  wire [10:0] rows_3_fraction;
  wire rows_3_leading;
  wire rows_3_sign;
  wire [21:0] rows_4;
  wire [8:0] rows_4_exponent;
  wire [10:0] rows_4_fraction;
  wire rows_4_leading;
  wire rows_4_sign;
  wire [21:0] rows_5;
  wire [8:0] rows_5_exponent;
  wire [10:0] rows_5_fraction;
  wire rows_5_leading;
  wire rows_5_sign;
  wire [21:0] rows_6;
  wire [8:0] rows_6_exponent;
  wire [10:0] rows_6_fraction;
  wire rows_6_leading;
  wire rows_6_sign;
  wire [21:0] rows_7;
  wire [8:0] rows_7_exponent;
  wire [10:0] rows_7_fraction;
  wire rows_7_leading;
  wire rows_7_sign;
  wire [21:0] rows_8;
  wire [8:0] rows_8_exponent;
  wire [10:0] rows_8_fraction;
  wire rows_8_leading;
  wire rows_8_sign;
  wire [21:0] rows_9;
  wire [8:0] rows_9_exponent;
  wire [10:0] rows_9_fraction;
  wire rows_9_leading;
  wire rows_9_sign;
  input rst;
  wire rst;
  wire [511:0] stationary;
  wire [21:0] stationary_1006;
  wire [8:0] stationary_1006_exponent;
  wire [10:0] stationary_1006_fraction;
  wire stationary_1006_leading;
  wire stationary_1006_sign;
  wire [21:0] stationary_1013;
  wire [8:0] stationary_1013_exponent;
  wire [10:0] stationary_1013_fraction;
  wire stationary_1013_leading;
  wire stationary_1013_sign;
  wire [21:0] stationary_102;
  wire [8:0] stationary_102_exponent;
  wire [10:0] stationary_102_fraction;
  wire stationary_102_leading;
  wire stationary_102_sign;
  wire [21:0] stationary_1020;
  wire [8:0] stationary_1020_exponent;
  wire [10:0] stationary_1020_fraction;
  wire stationary_1020_leading;
  wire stationary_1020_sign;
  wire [21:0] stationary_1027;
  wire [8:0] stationary_1027_exponent;
  wire [10:0] stationary_1027_fraction;
  wire stationary_1027_leading;
  wire stationary_1027_sign;
  wire [21:0] stationary_1034;
  wire [8:0] stationary_1034_exponent;
  wire [10:0] stationary_1034_fraction;
  wire stationary_1034_leading;
  wire stationary_1034_sign;
  wire [21:0] stationary_1041;
  wire [8:0] stationary_1041_exponent;
  wire [10:0] stationary_1041_fraction;
  wire stationary_1041_leading;
  wire stationary_1041_sign;
  wire [21:0] stationary_1052;
  wire [8:0] stationary_1052_exponent;
  wire [10:0] stationary_1052_fraction;
  wire stationary_1052_leading;
  wire stationary_1052_sign;
  wire [21:0] stationary_1059;
  wire [8:0] stationary_1059_exponent;
  wire [10:0] stationary_1059_fraction;
  wire stationary_1059_leading;
  wire stationary_1059_sign;
  wire [21:0] stationary_1066;
  wire [8:0] stationary_1066_exponent;
  wire [10:0] stationary_1066_fraction;
  wire stationary_1066_leading;
  wire stationary_1066_sign;
  wire [21:0] stationary_1073;
  wire [8:0] stationary_1073_exponent;
  wire [10:0] stationary_1073_fraction;
  wire stationary_1073_leading;
  wire stationary_1073_sign;
  wire [21:0] stationary_108;
  wire [8:0] stationary_108_exponent;
  wire [10:0] stationary_108_fraction;
  wire stationary_108_leading;
  wire stationary_108_sign;
  wire [21:0] stationary_1080;
  wire [8:0] stationary_1080_exponent;
  wire [10:0] stationary_1080_fraction;
  wire stationary_1080_leading;
  wire stationary_1080_sign;
  wire [21:0] stationary_1087;
  wire [8:0] stationary_1087_exponent;
  wire [10:0] stationary_1087_fraction;
  wire stationary_1087_leading;
  wire stationary_1087_sign;
  wire [21:0] stationary_1094;
  wire [8:0] stationary_1094_exponent;
  wire [10:0] stationary_1094_fraction;
  wire stationary_1094_leading;
  wire stationary_1094_sign;
  wire [21:0] stationary_1101;
  wire [8:0] stationary_1101_exponent;
  wire [10:0] stationary_1101_fraction;
  wire stationary_1101_leading;
  wire stationary_1101_sign;
  wire [21:0] stationary_1108;
  wire [8:0] stationary_1108_exponent;
  wire [10:0] stationary_1108_fraction;
  wire stationary_1108_leading;
  wire stationary_1108_sign;
  wire [21:0] stationary_1115;
  wire [8:0] stationary_1115_exponent;
  wire [10:0] stationary_1115_fraction;
  wire stationary_1115_leading;
  wire stationary_1115_sign;
  wire [21:0] stationary_1122;
  wire [8:0] stationary_1122_exponent;
  wire [10:0] stationary_1122_fraction;
  wire stationary_1122_leading;
  wire stationary_1122_sign;
  wire [21:0] stationary_1129;
  wire [8:0] stationary_1129_exponent;
  wire [10:0] stationary_1129_fraction;
  wire stationary_1129_leading;
  wire stationary_1129_sign;
  wire [21:0] stationary_1136;
  wire [8:0] stationary_1136_exponent;
  wire [10:0] stationary_1136_fraction;
  wire stationary_1136_leading;
  wire stationary_1136_sign;
  wire [21:0] stationary_114;
  wire [8:0] stationary_114_exponent;
  wire [10:0] stationary_114_fraction;
  wire stationary_114_leading;
  wire stationary_114_sign;
  wire [21:0] stationary_1143;
  wire [8:0] stationary_1143_exponent;
  wire [10:0] stationary_1143_fraction;
  wire stationary_1143_leading;
  wire stationary_1143_sign;
  wire [21:0] stationary_1150;
  wire [8:0] stationary_1150_exponent;
  wire [10:0] stationary_1150_fraction;
  wire stationary_1150_leading;
  wire stationary_1150_sign;
  wire [21:0] stationary_1157;
  wire [8:0] stationary_1157_exponent;
  wire [10:0] stationary_1157_fraction;
  wire stationary_1157_leading;
  wire stationary_1157_sign;
  wire [21:0] stationary_1168;
  wire [8:0] stationary_1168_exponent;
  wire [10:0] stationary_1168_fraction;
  wire stationary_1168_leading;
  wire stationary_1168_sign;
  wire [21:0] stationary_1175;
  wire [8:0] stationary_1175_exponent;
  wire [10:0] stationary_1175_fraction;
  wire stationary_1175_leading;
  wire stationary_1175_sign;
  wire [21:0] stationary_1182;
  wire [8:0] stationary_1182_exponent;
  wire [10:0] stationary_1182_fraction;
  wire stationary_1182_leading;
  wire stationary_1182_sign;
  wire [21:0] stationary_1189;
  wire [8:0] stationary_1189_exponent;
  wire [10:0] stationary_1189_fraction;
  wire stationary_1189_leading;
  wire stationary_1189_sign;
  wire [21:0] stationary_1196;
  wire [8:0] stationary_1196_exponent;
  wire [10:0] stationary_1196_fraction;
  wire stationary_1196_leading;
  wire stationary_1196_sign;
  wire [21:0] stationary_1203;
  wire [8:0] stationary_1203_exponent;
  wire [10:0] stationary_1203_fraction;
  wire stationary_1203_leading;
  wire stationary_1203_sign;
  wire [21:0] stationary_1210;
  wire [8:0] stationary_1210_exponent;
  wire [10:0] stationary_1210_fraction;
  wire stationary_1210_leading;
  wire stationary_1210_sign;
  wire [21:0] stationary_1217;
  wire [8:0] stationary_1217_exponent;
  wire [10:0] stationary_1217_fraction;
  wire stationary_1217_leading;
  wire stationary_1217_sign;
  wire [21:0] stationary_1224;
  wire [8:0] stationary_1224_exponent;
  wire [10:0] stationary_1224_fraction;
  wire stationary_1224_leading;
  wire stationary_1224_sign;
  wire [21:0] stationary_1231;
  wire [8:0] stationary_1231_exponent;
  wire [10:0] stationary_1231_fraction;
  wire stationary_1231_leading;
  wire stationary_1231_sign;
  wire [21:0] stationary_1238;
  wire [8:0] stationary_1238_exponent;
  wire [10:0] stationary_1238_fraction;
  wire stationary_1238_leading;
  wire stationary_1238_sign;
  wire [21:0] stationary_124;
  wire [8:0] stationary_124_exponent;
  wire [10:0] stationary_124_fraction;
  wire stationary_124_leading;
  wire stationary_124_sign;
  wire [21:0] stationary_1245;
  wire [8:0] stationary_1245_exponent;
  wire [10:0] stationary_1245_fraction;
  wire stationary_1245_leading;
  wire stationary_1245_sign;
  wire [21:0] stationary_1252;
  wire [8:0] stationary_1252_exponent;
  wire [10:0] stationary_1252_fraction;
  wire stationary_1252_leading;
  wire stationary_1252_sign;
  wire [21:0] stationary_1259;
  wire [8:0] stationary_1259_exponent;
  wire [10:0] stationary_1259_fraction;
  wire stationary_1259_leading;
  wire stationary_1259_sign;
  wire [21:0] stationary_1266;
  wire [8:0] stationary_1266_exponent;
  wire [10:0] stationary_1266_fraction;
  wire stationary_1266_leading;
  wire stationary_1266_sign;
  wire [21:0] stationary_1273;
  wire [8:0] stationary_1273_exponent;
  wire [10:0] stationary_1273_fraction;
  wire stationary_1273_leading;
  wire stationary_1273_sign;
  wire [21:0] stationary_1284;
  wire [8:0] stationary_1284_exponent;
  wire [10:0] stationary_1284_fraction;
  wire stationary_1284_leading;
  wire stationary_1284_sign;
  wire [21:0] stationary_1291;
  wire [8:0] stationary_1291_exponent;
  wire [10:0] stationary_1291_fraction;
  wire stationary_1291_leading;
  wire stationary_1291_sign;
  wire [21:0] stationary_1298;
  wire [8:0] stationary_1298_exponent;
  wire [10:0] stationary_1298_fraction;
  wire stationary_1298_leading;
  wire stationary_1298_sign;
  wire [21:0] stationary_1305;
  wire [8:0] stationary_1305_exponent;
  wire [10:0] stationary_1305_fraction;
  wire stationary_1305_leading;
  wire stationary_1305_sign;
  wire [21:0] stationary_131;
  wire [8:0] stationary_131_exponent;
  wire [10:0] stationary_131_fraction;
  wire stationary_131_leading;
  wire stationary_131_sign;
  wire [21:0] stationary_1312;
  wire [8:0] stationary_1312_exponent;
  wire [10:0] stationary_1312_fraction;
  wire stationary_1312_leading;
  wire stationary_1312_sign;
  wire [21:0] stationary_1319;
  wire [8:0] stationary_1319_exponent;
  wire [10:0] stationary_1319_fraction;
  wire stationary_1319_leading;
  wire stationary_1319_sign;
  wire [21:0] stationary_1326;
  wire [8:0] stationary_1326_exponent;
  wire [10:0] stationary_1326_fraction;
  wire stationary_1326_leading;
  wire stationary_1326_sign;
  wire [21:0] stationary_1333;
  wire [8:0] stationary_1333_exponent;
  wire [10:0] stationary_1333_fraction;
  wire stationary_1333_leading;
  wire stationary_1333_sign;
  wire [21:0] stationary_1340;
  wire [8:0] stationary_1340_exponent;
  wire [10:0] stationary_1340_fraction;
  wire stationary_1340_leading;
  wire stationary_1340_sign;
  wire [21:0] stationary_1347;
  wire [8:0] stationary_1347_exponent;
  wire [10:0] stationary_1347_fraction;
  wire stationary_1347_leading;
  wire stationary_1347_sign;
  wire [21:0] stationary_1354;
  wire [8:0] stationary_1354_exponent;
  wire [10:0] stationary_1354_fraction;
  wire stationary_1354_leading;
  wire stationary_1354_sign;
  wire [21:0] stationary_1361;
  wire [8:0] stationary_1361_exponent;
  wire [10:0] stationary_1361_fraction;
  wire stationary_1361_leading;
  wire stationary_1361_sign;
  wire [21:0] stationary_1368;
  wire [8:0] stationary_1368_exponent;
  wire [10:0] stationary_1368_fraction;
  wire stationary_1368_leading;
  wire stationary_1368_sign;
  wire [21:0] stationary_1375;
  wire [8:0] stationary_1375_exponent;
  wire [10:0] stationary_1375_fraction;
  wire stationary_1375_leading;
  wire stationary_1375_sign;
  wire [21:0] stationary_138;
  wire [8:0] stationary_138_exponent;
  wire [10:0] stationary_138_fraction;
  wire stationary_138_leading;
  wire stationary_138_sign;
  wire [21:0] stationary_1382;
  wire [8:0] stationary_1382_exponent;
  wire [10:0] stationary_1382_fraction;
  wire stationary_1382_leading;
  wire stationary_1382_sign;
  wire [21:0] stationary_1389;
  wire [8:0] stationary_1389_exponent;
  wire [10:0] stationary_1389_fraction;
  wire stationary_1389_leading;
  wire stationary_1389_sign;
  wire [21:0] stationary_1400;
  wire [8:0] stationary_1400_exponent;
  wire [10:0] stationary_1400_fraction;
  wire stationary_1400_leading;
  wire stationary_1400_sign;
  wire [21:0] stationary_1407;
  wire [8:0] stationary_1407_exponent;
  wire [10:0] stationary_1407_fraction;
  wire stationary_1407_leading;
  wire stationary_1407_sign;
  wire [21:0] stationary_1414;
  wire [8:0] stationary_1414_exponent;
  wire [10:0] stationary_1414_fraction;
  wire stationary_1414_leading;
  wire stationary_1414_sign;
  wire [21:0] stationary_1421;
  wire [8:0] stationary_1421_exponent;
  wire [10:0] stationary_1421_fraction;
  wire stationary_1421_leading;
  wire stationary_1421_sign;
  wire [21:0] stationary_1428;
  wire [8:0] stationary_1428_exponent;
  wire [10:0] stationary_1428_fraction;
  wire stationary_1428_leading;
  wire stationary_1428_sign;
  wire [21:0] stationary_1435;
  wire [8:0] stationary_1435_exponent;
  wire [10:0] stationary_1435_fraction;
  wire stationary_1435_leading;
  wire stationary_1435_sign;
  wire [21:0] stationary_1442;
  wire [8:0] stationary_1442_exponent;
  wire [10:0] stationary_1442_fraction;
  wire stationary_1442_leading;
  wire stationary_1442_sign;
  wire [21:0] stationary_1449;
  wire [8:0] stationary_1449_exponent;
  wire [10:0] stationary_1449_fraction;
  wire stationary_1449_leading;
  wire stationary_1449_sign;
  wire [21:0] stationary_145;
  wire [8:0] stationary_145_exponent;
  wire [10:0] stationary_145_fraction;
  wire stationary_145_leading;
  wire stationary_145_sign;
  wire [21:0] stationary_1456;
  wire [8:0] stationary_1456_exponent;
  wire [10:0] stationary_1456_fraction;
  wire stationary_1456_leading;
  wire stationary_1456_sign;
  wire [21:0] stationary_1463;
  wire [8:0] stationary_1463_exponent;
  wire [10:0] stationary_1463_fraction;
  wire stationary_1463_leading;
  wire stationary_1463_sign;
  wire [21:0] stationary_1470;
  wire [8:0] stationary_1470_exponent;
  wire [10:0] stationary_1470_fraction;
  wire stationary_1470_leading;
  wire stationary_1470_sign;
  wire [21:0] stationary_1477;
  wire [8:0] stationary_1477_exponent;
  wire [10:0] stationary_1477_fraction;
  wire stationary_1477_leading;
  wire stationary_1477_sign;
  wire [21:0] stationary_1484;
  wire [8:0] stationary_1484_exponent;
  wire [10:0] stationary_1484_fraction;
  wire stationary_1484_leading;
  wire stationary_1484_sign;
  wire [21:0] stationary_1491;
  wire [8:0] stationary_1491_exponent;
  wire [10:0] stationary_1491_fraction;
  wire stationary_1491_leading;
  wire stationary_1491_sign;
  wire [21:0] stationary_1498;
  wire [8:0] stationary_1498_exponent;
  wire [10:0] stationary_1498_fraction;
  wire stationary_1498_leading;
  wire stationary_1498_sign;
  wire [21:0] stationary_1505;
  wire [8:0] stationary_1505_exponent;
  wire [10:0] stationary_1505_fraction;
  wire stationary_1505_leading;
  wire stationary_1505_sign;
  wire [21:0] stationary_1516;
  wire [8:0] stationary_1516_exponent;
  wire [10:0] stationary_1516_fraction;
  wire stationary_1516_leading;
  wire stationary_1516_sign;
  wire [21:0] stationary_152;
  wire [8:0] stationary_152_exponent;
  wire [10:0] stationary_152_fraction;
  wire stationary_152_leading;
  wire stationary_152_sign;
  wire [21:0] stationary_1523;
  wire [8:0] stationary_1523_exponent;
  wire [10:0] stationary_1523_fraction;
  wire stationary_1523_leading;
  wire stationary_1523_sign;
  wire [21:0] stationary_1530;
  wire [8:0] stationary_1530_exponent;
  wire [10:0] stationary_1530_fraction;
  wire stationary_1530_leading;
  wire stationary_1530_sign;
  wire [21:0] stationary_1537;
  wire [8:0] stationary_1537_exponent;
  wire [10:0] stationary_1537_fraction;
  wire stationary_1537_leading;
  wire stationary_1537_sign;
  wire [21:0] stationary_1544;
  wire [8:0] stationary_1544_exponent;
  wire [10:0] stationary_1544_fraction;
  wire stationary_1544_leading;
  wire stationary_1544_sign;
  wire [21:0] stationary_1551;
  wire [8:0] stationary_1551_exponent;
  wire [10:0] stationary_1551_fraction;
  wire stationary_1551_leading;
  wire stationary_1551_sign;
  wire [21:0] stationary_1558;
  wire [8:0] stationary_1558_exponent;
  wire [10:0] stationary_1558_fraction;
  wire stationary_1558_leading;
  wire stationary_1558_sign;
  wire [21:0] stationary_1565;
  wire [8:0] stationary_1565_exponent;
  wire [10:0] stationary_1565_fraction;
  wire stationary_1565_leading;
  wire stationary_1565_sign;
  wire [21:0] stationary_1572;
  wire [8:0] stationary_1572_exponent;
  wire [10:0] stationary_1572_fraction;
  wire stationary_1572_leading;
  wire stationary_1572_sign;
  wire [21:0] stationary_1579;
  wire [8:0] stationary_1579_exponent;
  wire [10:0] stationary_1579_fraction;
  wire stationary_1579_leading;
  wire stationary_1579_sign;
  wire [21:0] stationary_1586;
  wire [8:0] stationary_1586_exponent;
  wire [10:0] stationary_1586_fraction;
  wire stationary_1586_leading;
  wire stationary_1586_sign;
  wire [21:0] stationary_159;
  wire [8:0] stationary_159_exponent;
  wire [10:0] stationary_159_fraction;
  wire stationary_159_leading;
  wire stationary_159_sign;
  wire [21:0] stationary_1593;
  wire [8:0] stationary_1593_exponent;
  wire [10:0] stationary_1593_fraction;
  wire stationary_1593_leading;
  wire stationary_1593_sign;
  wire [21:0] stationary_1600;
  wire [8:0] stationary_1600_exponent;
  wire [10:0] stationary_1600_fraction;
  wire stationary_1600_leading;
  wire stationary_1600_sign;
  wire [21:0] stationary_1607;
  wire [8:0] stationary_1607_exponent;
  wire [10:0] stationary_1607_fraction;
  wire stationary_1607_leading;
  wire stationary_1607_sign;
  wire [21:0] stationary_1614;
  wire [8:0] stationary_1614_exponent;
  wire [10:0] stationary_1614_fraction;
  wire stationary_1614_leading;
  wire stationary_1614_sign;
  wire [21:0] stationary_1621;
  wire [8:0] stationary_1621_exponent;
  wire [10:0] stationary_1621_fraction;
  wire stationary_1621_leading;
  wire stationary_1621_sign;
  wire [21:0] stationary_1632;
  wire [8:0] stationary_1632_exponent;
  wire [10:0] stationary_1632_fraction;
  wire stationary_1632_leading;
  wire stationary_1632_sign;
  wire [21:0] stationary_1639;
  wire [8:0] stationary_1639_exponent;
  wire [10:0] stationary_1639_fraction;
  wire stationary_1639_leading;
  wire stationary_1639_sign;
  wire [21:0] stationary_1646;
  wire [8:0] stationary_1646_exponent;
  wire [10:0] stationary_1646_fraction;
  wire stationary_1646_leading;
  wire stationary_1646_sign;
  wire [21:0] stationary_1653;
  wire [8:0] stationary_1653_exponent;
  wire [10:0] stationary_1653_fraction;
  wire stationary_1653_leading;
  wire stationary_1653_sign;
  wire [21:0] stationary_166;
  wire [8:0] stationary_166_exponent;
  wire [10:0] stationary_166_fraction;
  wire stationary_166_leading;
  wire stationary_166_sign;
  wire [21:0] stationary_1660;
  wire [8:0] stationary_1660_exponent;
  wire [10:0] stationary_1660_fraction;
  wire stationary_1660_leading;
  wire stationary_1660_sign;
  wire [21:0] stationary_1667;
  wire [8:0] stationary_1667_exponent;
  wire [10:0] stationary_1667_fraction;
  wire stationary_1667_leading;
  wire stationary_1667_sign;
  wire [21:0] stationary_1674;
  wire [8:0] stationary_1674_exponent;
  wire [10:0] stationary_1674_fraction;
  wire stationary_1674_leading;
  wire stationary_1674_sign;
  wire [21:0] stationary_1681;
  wire [8:0] stationary_1681_exponent;
  wire [10:0] stationary_1681_fraction;
  wire stationary_1681_leading;
  wire stationary_1681_sign;
  wire [21:0] stationary_1688;
  wire [8:0] stationary_1688_exponent;
  wire [10:0] stationary_1688_fraction;
  wire stationary_1688_leading;
  wire stationary_1688_sign;
  wire [21:0] stationary_1695;
  wire [8:0] stationary_1695_exponent;
  wire [10:0] stationary_1695_fraction;
  wire stationary_1695_leading;
  wire stationary_1695_sign;
  wire [21:0] stationary_1702;
  wire [8:0] stationary_1702_exponent;
  wire [10:0] stationary_1702_fraction;
  wire stationary_1702_leading;
  wire stationary_1702_sign;
  wire [21:0] stationary_1709;
  wire [8:0] stationary_1709_exponent;
  wire [10:0] stationary_1709_fraction;
  wire stationary_1709_leading;
  wire stationary_1709_sign;
  wire [21:0] stationary_1716;
  wire [8:0] stationary_1716_exponent;
  wire [10:0] stationary_1716_fraction;
  wire stationary_1716_leading;
  wire stationary_1716_sign;
  wire [21:0] stationary_1723;
  wire [8:0] stationary_1723_exponent;
  wire [10:0] stationary_1723_fraction;
  wire stationary_1723_leading;
  wire stationary_1723_sign;
  wire [21:0] stationary_173;
  wire [8:0] stationary_173_exponent;
  wire [10:0] stationary_173_fraction;
  wire stationary_173_leading;
  wire stationary_173_sign;
  wire [21:0] stationary_1730;
  wire [8:0] stationary_1730_exponent;
  wire [10:0] stationary_1730_fraction;
  wire stationary_1730_leading;
  wire stationary_1730_sign;
  wire [21:0] stationary_1737;
  wire [8:0] stationary_1737_exponent;
  wire [10:0] stationary_1737_fraction;
  wire stationary_1737_leading;
  wire stationary_1737_sign;
  wire [21:0] stationary_1748;
  wire [8:0] stationary_1748_exponent;
  wire [10:0] stationary_1748_fraction;
  wire stationary_1748_leading;
  wire stationary_1748_sign;
  wire [21:0] stationary_1755;
  wire [8:0] stationary_1755_exponent;
  wire [10:0] stationary_1755_fraction;
  wire stationary_1755_leading;
  wire stationary_1755_sign;
  wire [21:0] stationary_1762;
  wire [8:0] stationary_1762_exponent;
  wire [10:0] stationary_1762_fraction;
  wire stationary_1762_leading;
  wire stationary_1762_sign;
  wire [21:0] stationary_1769;
  wire [8:0] stationary_1769_exponent;
  wire [10:0] stationary_1769_fraction;
  wire stationary_1769_leading;
  wire stationary_1769_sign;
  wire [21:0] stationary_1776;
  wire [8:0] stationary_1776_exponent;
  wire [10:0] stationary_1776_fraction;
  wire stationary_1776_leading;
  wire stationary_1776_sign;
  wire [21:0] stationary_1783;
  wire [8:0] stationary_1783_exponent;
  wire [10:0] stationary_1783_fraction;
  wire stationary_1783_leading;
  wire stationary_1783_sign;
  wire [21:0] stationary_1790;
  wire [8:0] stationary_1790_exponent;
  wire [10:0] stationary_1790_fraction;
  wire stationary_1790_leading;
  wire stationary_1790_sign;
  wire [21:0] stationary_1797;
  wire [8:0] stationary_1797_exponent;
  wire [10:0] stationary_1797_fraction;
  wire stationary_1797_leading;
  wire stationary_1797_sign;
  wire [21:0] stationary_180;
  wire [8:0] stationary_180_exponent;
  wire [10:0] stationary_180_fraction;
  wire stationary_180_leading;
  wire stationary_180_sign;
  wire [21:0] stationary_1804;
  wire [8:0] stationary_1804_exponent;
  wire [10:0] stationary_1804_fraction;
  wire stationary_1804_leading;
  wire stationary_1804_sign;
  wire [21:0] stationary_1811;
  wire [8:0] stationary_1811_exponent;
  wire [10:0] stationary_1811_fraction;
  wire stationary_1811_leading;
  wire stationary_1811_sign;
  wire [21:0] stationary_1818;
  wire [8:0] stationary_1818_exponent;
  wire [10:0] stationary_1818_fraction;
  wire stationary_1818_leading;
  wire stationary_1818_sign;
  wire [21:0] stationary_1825;
  wire [8:0] stationary_1825_exponent;
  wire [10:0] stationary_1825_fraction;
  wire stationary_1825_leading;
  wire stationary_1825_sign;
  wire [21:0] stationary_1832;
  wire [8:0] stationary_1832_exponent;
  wire [10:0] stationary_1832_fraction;
  wire stationary_1832_leading;
  wire stationary_1832_sign;
  wire [21:0] stationary_1839;
  wire [8:0] stationary_1839_exponent;
  wire [10:0] stationary_1839_fraction;
  wire stationary_1839_leading;
  wire stationary_1839_sign;
  wire [21:0] stationary_1846;
  wire [8:0] stationary_1846_exponent;
  wire [10:0] stationary_1846_fraction;
  wire stationary_1846_leading;
  wire stationary_1846_sign;
  wire [21:0] stationary_1853;
  wire [8:0] stationary_1853_exponent;
  wire [10:0] stationary_1853_fraction;
  wire stationary_1853_leading;
  wire stationary_1853_sign;
  wire [21:0] stationary_187;
  wire [8:0] stationary_187_exponent;
  wire [10:0] stationary_187_fraction;
  wire stationary_187_leading;
  wire stationary_187_sign;
  wire [21:0] stationary_194;
  wire [8:0] stationary_194_exponent;
  wire [10:0] stationary_194_fraction;
  wire stationary_194_leading;
  wire stationary_194_sign;
  wire [21:0] stationary_201;
  wire [8:0] stationary_201_exponent;
  wire [10:0] stationary_201_fraction;
  wire stationary_201_leading;
  wire stationary_201_sign;
  wire [21:0] stationary_208;
  wire [8:0] stationary_208_exponent;
  wire [10:0] stationary_208_fraction;
  wire stationary_208_leading;
  wire stationary_208_sign;
  wire [21:0] stationary_215;
  wire [8:0] stationary_215_exponent;
  wire [10:0] stationary_215_fraction;
  wire stationary_215_leading;
  wire stationary_215_sign;
  wire [21:0] stationary_222;
  wire [8:0] stationary_222_exponent;
  wire [10:0] stationary_222_fraction;
  wire stationary_222_leading;
  wire stationary_222_sign;
  wire [21:0] stationary_229;
  wire [8:0] stationary_229_exponent;
  wire [10:0] stationary_229_fraction;
  wire stationary_229_leading;
  wire stationary_229_sign;
  wire [21:0] stationary_23;
  wire [8:0] stationary_23_exponent;
  wire [10:0] stationary_23_fraction;
  wire stationary_23_leading;
  wire stationary_23_sign;
  wire [21:0] stationary_240;
  wire [8:0] stationary_240_exponent;
  wire [10:0] stationary_240_fraction;
  wire stationary_240_leading;
  wire stationary_240_sign;
  wire [21:0] stationary_247;
  wire [8:0] stationary_247_exponent;
  wire [10:0] stationary_247_fraction;
  wire stationary_247_leading;
  wire stationary_247_sign;
  wire [21:0] stationary_254;
  wire [8:0] stationary_254_exponent;
  wire [10:0] stationary_254_fraction;
  wire stationary_254_leading;
  wire stationary_254_sign;
  wire [21:0] stationary_261;
  wire [8:0] stationary_261_exponent;
  wire [10:0] stationary_261_fraction;
  wire stationary_261_leading;
  wire stationary_261_sign;
  wire [21:0] stationary_268;
  wire [8:0] stationary_268_exponent;
  wire [10:0] stationary_268_fraction;
  wire stationary_268_leading;
  wire stationary_268_sign;
  wire [21:0] stationary_275;
  wire [8:0] stationary_275_exponent;
  wire [10:0] stationary_275_fraction;
  wire stationary_275_leading;
  wire stationary_275_sign;
  wire [21:0] stationary_282;
  wire [8:0] stationary_282_exponent;
  wire [10:0] stationary_282_fraction;
  wire stationary_282_leading;
  wire stationary_282_sign;
  wire [21:0] stationary_289;
  wire [8:0] stationary_289_exponent;
  wire [10:0] stationary_289_fraction;
  wire stationary_289_leading;
  wire stationary_289_sign;
  wire [21:0] stationary_296;
  wire [8:0] stationary_296_exponent;
  wire [10:0] stationary_296_fraction;
  wire stationary_296_leading;
  wire stationary_296_sign;
  wire [21:0] stationary_30;
  wire [8:0] stationary_30_exponent;
  wire [10:0] stationary_30_fraction;
  wire stationary_30_leading;
  wire stationary_30_sign;
  wire [21:0] stationary_303;
  wire [8:0] stationary_303_exponent;
  wire [10:0] stationary_303_fraction;
  wire stationary_303_leading;
  wire stationary_303_sign;
  wire [21:0] stationary_310;
  wire [8:0] stationary_310_exponent;
  wire [10:0] stationary_310_fraction;
  wire stationary_310_leading;
  wire stationary_310_sign;
  wire [21:0] stationary_317;
  wire [8:0] stationary_317_exponent;
  wire [10:0] stationary_317_fraction;
  wire stationary_317_leading;
  wire stationary_317_sign;
  wire [21:0] stationary_324;
  wire [8:0] stationary_324_exponent;
  wire [10:0] stationary_324_fraction;
  wire stationary_324_leading;
  wire stationary_324_sign;
  wire [21:0] stationary_331;
  wire [8:0] stationary_331_exponent;
  wire [10:0] stationary_331_fraction;
  wire stationary_331_leading;
  wire stationary_331_sign;
  wire [21:0] stationary_338;
  wire [8:0] stationary_338_exponent;
  wire [10:0] stationary_338_fraction;
  wire stationary_338_leading;
  wire stationary_338_sign;
  wire [21:0] stationary_345;
  wire [8:0] stationary_345_exponent;
  wire [10:0] stationary_345_fraction;
  wire stationary_345_leading;
  wire stationary_345_sign;
  wire [21:0] stationary_356;
  wire [8:0] stationary_356_exponent;
  wire [10:0] stationary_356_fraction;
  wire stationary_356_leading;
  wire stationary_356_sign;
  wire [21:0] stationary_36;
  wire [8:0] stationary_36_exponent;
  wire [10:0] stationary_36_fraction;
  wire stationary_36_leading;
  wire stationary_36_sign;
  wire [21:0] stationary_363;
  wire [8:0] stationary_363_exponent;
  wire [10:0] stationary_363_fraction;
  wire stationary_363_leading;
  wire stationary_363_sign;
  wire [21:0] stationary_370;
  wire [8:0] stationary_370_exponent;
  wire [10:0] stationary_370_fraction;
  wire stationary_370_leading;
  wire stationary_370_sign;
  wire [21:0] stationary_377;
  wire [8:0] stationary_377_exponent;
  wire [10:0] stationary_377_fraction;
  wire stationary_377_leading;
  wire stationary_377_sign;
  wire [21:0] stationary_384;
  wire [8:0] stationary_384_exponent;
  wire [10:0] stationary_384_fraction;
  wire stationary_384_leading;
  wire stationary_384_sign;
  wire [21:0] stationary_391;
  wire [8:0] stationary_391_exponent;
  wire [10:0] stationary_391_fraction;
  wire stationary_391_leading;
  wire stationary_391_sign;
  wire [21:0] stationary_398;
  wire [8:0] stationary_398_exponent;
  wire [10:0] stationary_398_fraction;
  wire stationary_398_leading;
  wire stationary_398_sign;
  wire [21:0] stationary_405;
  wire [8:0] stationary_405_exponent;
  wire [10:0] stationary_405_fraction;
  wire stationary_405_leading;
  wire stationary_405_sign;
  wire [21:0] stationary_412;
  wire [8:0] stationary_412_exponent;
  wire [10:0] stationary_412_fraction;
  wire stationary_412_leading;
  wire stationary_412_sign;
  wire [21:0] stationary_419;
  wire [8:0] stationary_419_exponent;
  wire [10:0] stationary_419_fraction;
  wire stationary_419_leading;
  wire stationary_419_sign;
  wire [21:0] stationary_42;
  wire [8:0] stationary_42_exponent;
  wire [10:0] stationary_42_fraction;
  wire stationary_42_leading;
  wire stationary_42_sign;
  wire [21:0] stationary_426;
  wire [8:0] stationary_426_exponent;
  wire [10:0] stationary_426_fraction;
  wire stationary_426_leading;
  wire stationary_426_sign;
  wire [21:0] stationary_433;
  wire [8:0] stationary_433_exponent;
  wire [10:0] stationary_433_fraction;
  wire stationary_433_leading;
  wire stationary_433_sign;
  wire [21:0] stationary_440;
  wire [8:0] stationary_440_exponent;
  wire [10:0] stationary_440_fraction;
  wire stationary_440_leading;
  wire stationary_440_sign;
  wire [21:0] stationary_447;
  wire [8:0] stationary_447_exponent;
  wire [10:0] stationary_447_fraction;
  wire stationary_447_leading;
  wire stationary_447_sign;
  wire [21:0] stationary_454;
  wire [8:0] stationary_454_exponent;
  wire [10:0] stationary_454_fraction;
  wire stationary_454_leading;
  wire stationary_454_sign;
  wire [21:0] stationary_461;
  wire [8:0] stationary_461_exponent;
  wire [10:0] stationary_461_fraction;
  wire stationary_461_leading;
  wire stationary_461_sign;
  wire [21:0] stationary_472;
  wire [8:0] stationary_472_exponent;
  wire [10:0] stationary_472_fraction;
  wire stationary_472_leading;
  wire stationary_472_sign;
  wire [21:0] stationary_479;
  wire [8:0] stationary_479_exponent;
  wire [10:0] stationary_479_fraction;
  wire stationary_479_leading;
  wire stationary_479_sign;
  wire [21:0] stationary_48;
  wire [8:0] stationary_48_exponent;
  wire [10:0] stationary_48_fraction;
  wire stationary_48_leading;
  wire stationary_48_sign;
  wire [21:0] stationary_486;
  wire [8:0] stationary_486_exponent;
  wire [10:0] stationary_486_fraction;
  wire stationary_486_leading;
  wire stationary_486_sign;
  wire [21:0] stationary_493;
  wire [8:0] stationary_493_exponent;
  wire [10:0] stationary_493_fraction;
  wire stationary_493_leading;
  wire stationary_493_sign;
  wire [21:0] stationary_500;
  wire [8:0] stationary_500_exponent;
  wire [10:0] stationary_500_fraction;
  wire stationary_500_leading;
  wire stationary_500_sign;
  wire [21:0] stationary_507;
  wire [8:0] stationary_507_exponent;
  wire [10:0] stationary_507_fraction;
  wire stationary_507_leading;
  wire stationary_507_sign;
  wire [21:0] stationary_514;
  wire [8:0] stationary_514_exponent;
  wire [10:0] stationary_514_fraction;
  wire stationary_514_leading;
  wire stationary_514_sign;
  wire [21:0] stationary_521;
  wire [8:0] stationary_521_exponent;
  wire [10:0] stationary_521_fraction;
  wire stationary_521_leading;
  wire stationary_521_sign;
  wire [21:0] stationary_528;
  wire [8:0] stationary_528_exponent;
  wire [10:0] stationary_528_fraction;
  wire stationary_528_leading;
  wire stationary_528_sign;
  wire [21:0] stationary_535;
  wire [8:0] stationary_535_exponent;
  wire [10:0] stationary_535_fraction;
  wire stationary_535_leading;
  wire stationary_535_sign;
  wire [21:0] stationary_54;
  wire [8:0] stationary_54_exponent;
  wire [10:0] stationary_54_fraction;
  wire stationary_54_leading;
  wire stationary_54_sign;
  wire [21:0] stationary_542;
  wire [8:0] stationary_542_exponent;
  wire [10:0] stationary_542_fraction;
  wire stationary_542_leading;
  wire stationary_542_sign;
  wire [21:0] stationary_549;
  wire [8:0] stationary_549_exponent;
  wire [10:0] stationary_549_fraction;
  wire stationary_549_leading;
  wire stationary_549_sign;
  wire [21:0] stationary_556;
  wire [8:0] stationary_556_exponent;
  wire [10:0] stationary_556_fraction;
  wire stationary_556_leading;
  wire stationary_556_sign;
  wire [21:0] stationary_563;
  wire [8:0] stationary_563_exponent;
  wire [10:0] stationary_563_fraction;
  wire stationary_563_leading;
  wire stationary_563_sign;
  wire [21:0] stationary_570;
  wire [8:0] stationary_570_exponent;
  wire [10:0] stationary_570_fraction;
  wire stationary_570_leading;
  wire stationary_570_sign;
  wire [21:0] stationary_577;
  wire [8:0] stationary_577_exponent;
  wire [10:0] stationary_577_fraction;
  wire stationary_577_leading;
  wire stationary_577_sign;
  wire [21:0] stationary_588;
  wire [8:0] stationary_588_exponent;
  wire [10:0] stationary_588_fraction;
  wire stationary_588_leading;
  wire stationary_588_sign;
  wire [21:0] stationary_595;
  wire [8:0] stationary_595_exponent;
  wire [10:0] stationary_595_fraction;
  wire stationary_595_leading;
  wire stationary_595_sign;
  wire [21:0] stationary_60;
  wire [8:0] stationary_60_exponent;
  wire [10:0] stationary_60_fraction;
  wire stationary_60_leading;
  wire stationary_60_sign;
  wire [21:0] stationary_602;
  wire [8:0] stationary_602_exponent;
  wire [10:0] stationary_602_fraction;
  wire stationary_602_leading;
  wire stationary_602_sign;
  wire [21:0] stationary_609;
  wire [8:0] stationary_609_exponent;
  wire [10:0] stationary_609_fraction;
  wire stationary_609_leading;
  wire stationary_609_sign;
  wire [21:0] stationary_616;
  wire [8:0] stationary_616_exponent;
  wire [10:0] stationary_616_fraction;
  wire stationary_616_leading;
  wire stationary_616_sign;
  wire [21:0] stationary_623;
  wire [8:0] stationary_623_exponent;
  wire [10:0] stationary_623_fraction;
  wire stationary_623_leading;
  wire stationary_623_sign;
  wire [21:0] stationary_630;
  wire [8:0] stationary_630_exponent;
  wire [10:0] stationary_630_fraction;
  wire stationary_630_leading;
  wire stationary_630_sign;
  wire [21:0] stationary_637;
  wire [8:0] stationary_637_exponent;
  wire [10:0] stationary_637_fraction;
  wire stationary_637_leading;
  wire stationary_637_sign;
  wire [21:0] stationary_644;
  wire [8:0] stationary_644_exponent;
  wire [10:0] stationary_644_fraction;
  wire stationary_644_leading;
  wire stationary_644_sign;
  wire [21:0] stationary_651;
  wire [8:0] stationary_651_exponent;
  wire [10:0] stationary_651_fraction;
  wire stationary_651_leading;
  wire stationary_651_sign;
  wire [21:0] stationary_658;
  wire [8:0] stationary_658_exponent;
  wire [10:0] stationary_658_fraction;
  wire stationary_658_leading;
  wire stationary_658_sign;
  wire [21:0] stationary_66;
  wire [8:0] stationary_66_exponent;
  wire [10:0] stationary_66_fraction;
  wire stationary_66_leading;
  wire stationary_66_sign;
  wire [21:0] stationary_665;
  wire [8:0] stationary_665_exponent;
  wire [10:0] stationary_665_fraction;
  wire stationary_665_leading;
  wire stationary_665_sign;
  wire [21:0] stationary_672;
  wire [8:0] stationary_672_exponent;
  wire [10:0] stationary_672_fraction;
  wire stationary_672_leading;
  wire stationary_672_sign;
  wire [21:0] stationary_679;
  wire [8:0] stationary_679_exponent;
  wire [10:0] stationary_679_fraction;
  wire stationary_679_leading;
  wire stationary_679_sign;
  wire [21:0] stationary_686;
  wire [8:0] stationary_686_exponent;
  wire [10:0] stationary_686_fraction;
  wire stationary_686_leading;
  wire stationary_686_sign;
  wire [21:0] stationary_693;
  wire [8:0] stationary_693_exponent;
  wire [10:0] stationary_693_fraction;
  wire stationary_693_leading;
  wire stationary_693_sign;
  wire [21:0] stationary_704;
  wire [8:0] stationary_704_exponent;
  wire [10:0] stationary_704_fraction;
  wire stationary_704_leading;
  wire stationary_704_sign;
  wire [21:0] stationary_711;
  wire [8:0] stationary_711_exponent;
  wire [10:0] stationary_711_fraction;
  wire stationary_711_leading;
  wire stationary_711_sign;
  wire [21:0] stationary_718;
  wire [8:0] stationary_718_exponent;
  wire [10:0] stationary_718_fraction;
  wire stationary_718_leading;
  wire stationary_718_sign;
  wire [21:0] stationary_72;
  wire [8:0] stationary_72_exponent;
  wire [10:0] stationary_72_fraction;
  wire stationary_72_leading;
  wire stationary_72_sign;
  wire [21:0] stationary_725;
  wire [8:0] stationary_725_exponent;
  wire [10:0] stationary_725_fraction;
  wire stationary_725_leading;
  wire stationary_725_sign;
  wire [21:0] stationary_732;
  wire [8:0] stationary_732_exponent;
  wire [10:0] stationary_732_fraction;
  wire stationary_732_leading;
  wire stationary_732_sign;
  wire [21:0] stationary_739;
  wire [8:0] stationary_739_exponent;
  wire [10:0] stationary_739_fraction;
  wire stationary_739_leading;
  wire stationary_739_sign;
  wire [21:0] stationary_746;
  wire [8:0] stationary_746_exponent;
  wire [10:0] stationary_746_fraction;
  wire stationary_746_leading;
  wire stationary_746_sign;
  wire [21:0] stationary_753;
  wire [8:0] stationary_753_exponent;
  wire [10:0] stationary_753_fraction;
  wire stationary_753_leading;
  wire stationary_753_sign;
  wire [21:0] stationary_760;
  wire [8:0] stationary_760_exponent;
  wire [10:0] stationary_760_fraction;
  wire stationary_760_leading;
  wire stationary_760_sign;
  wire [21:0] stationary_767;
  wire [8:0] stationary_767_exponent;
  wire [10:0] stationary_767_fraction;
  wire stationary_767_leading;
  wire stationary_767_sign;
  wire [21:0] stationary_774;
  wire [8:0] stationary_774_exponent;
  wire [10:0] stationary_774_fraction;
  wire stationary_774_leading;
  wire stationary_774_sign;
  wire [21:0] stationary_78;
  wire [8:0] stationary_78_exponent;
  wire [10:0] stationary_78_fraction;
  wire stationary_78_leading;
  wire stationary_78_sign;
  wire [21:0] stationary_781;
  wire [8:0] stationary_781_exponent;
  wire [10:0] stationary_781_fraction;
  wire stationary_781_leading;
  wire stationary_781_sign;
  wire [21:0] stationary_788;
  wire [8:0] stationary_788_exponent;
  wire [10:0] stationary_788_fraction;
  wire stationary_788_leading;
  wire stationary_788_sign;
  wire [21:0] stationary_795;
  wire [8:0] stationary_795_exponent;
  wire [10:0] stationary_795_fraction;
  wire stationary_795_leading;
  wire stationary_795_sign;
  wire [21:0] stationary_802;
  wire [8:0] stationary_802_exponent;
  wire [10:0] stationary_802_fraction;
  wire stationary_802_leading;
  wire stationary_802_sign;
  wire [21:0] stationary_809;
  wire [8:0] stationary_809_exponent;
  wire [10:0] stationary_809_fraction;
  wire stationary_809_leading;
  wire stationary_809_sign;
  wire [21:0] stationary_820;
  wire [8:0] stationary_820_exponent;
  wire [10:0] stationary_820_fraction;
  wire stationary_820_leading;
  wire stationary_820_sign;
  wire [21:0] stationary_827;
  wire [8:0] stationary_827_exponent;
  wire [10:0] stationary_827_fraction;
  wire stationary_827_leading;
  wire stationary_827_sign;
  wire [21:0] stationary_834;
  wire [8:0] stationary_834_exponent;
  wire [10:0] stationary_834_fraction;
  wire stationary_834_leading;
  wire stationary_834_sign;
  wire [21:0] stationary_84;
  wire [8:0] stationary_84_exponent;
  wire [10:0] stationary_84_fraction;
  wire stationary_84_leading;
  wire stationary_84_sign;
  wire [21:0] stationary_841;
  wire [8:0] stationary_841_exponent;
  wire [10:0] stationary_841_fraction;
  wire stationary_841_leading;
  wire stationary_841_sign;
  wire [21:0] stationary_848;
  wire [8:0] stationary_848_exponent;
  wire [10:0] stationary_848_fraction;
  wire stationary_848_leading;
  wire stationary_848_sign;
  wire [21:0] stationary_855;
  wire [8:0] stationary_855_exponent;
  wire [10:0] stationary_855_fraction;
  wire stationary_855_leading;
  wire stationary_855_sign;
  wire [21:0] stationary_862;
  wire [8:0] stationary_862_exponent;
  wire [10:0] stationary_862_fraction;
  wire stationary_862_leading;
  wire stationary_862_sign;
  wire [21:0] stationary_869;
  wire [8:0] stationary_869_exponent;
  wire [10:0] stationary_869_fraction;
  wire stationary_869_leading;
  wire stationary_869_sign;
  wire [21:0] stationary_876;
  wire [8:0] stationary_876_exponent;
  wire [10:0] stationary_876_fraction;
  wire stationary_876_leading;
  wire stationary_876_sign;
  wire [21:0] stationary_883;
  wire [8:0] stationary_883_exponent;
  wire [10:0] stationary_883_fraction;
  wire stationary_883_leading;
  wire stationary_883_sign;
  wire [21:0] stationary_890;
  wire [8:0] stationary_890_exponent;
  wire [10:0] stationary_890_fraction;
  wire stationary_890_leading;
  wire stationary_890_sign;
  wire [21:0] stationary_897;
  wire [8:0] stationary_897_exponent;
  wire [10:0] stationary_897_fraction;
  wire stationary_897_leading;
  wire stationary_897_sign;
  wire [21:0] stationary_90;
  wire [8:0] stationary_90_exponent;
  wire [10:0] stationary_90_fraction;
  wire stationary_90_leading;
  wire stationary_90_sign;
  wire [21:0] stationary_904;
  wire [8:0] stationary_904_exponent;
  wire [10:0] stationary_904_fraction;
  wire stationary_904_leading;
  wire stationary_904_sign;
  wire [21:0] stationary_911;
  wire [8:0] stationary_911_exponent;
  wire [10:0] stationary_911_fraction;
  wire stationary_911_leading;
  wire stationary_911_sign;
  wire [21:0] stationary_918;
  wire [8:0] stationary_918_exponent;
  wire [10:0] stationary_918_fraction;
  wire stationary_918_leading;
  wire stationary_918_sign;
  wire [21:0] stationary_925;
  wire [8:0] stationary_925_exponent;
  wire [10:0] stationary_925_fraction;
  wire stationary_925_leading;
  wire stationary_925_sign;
  wire [21:0] stationary_936;
  wire [8:0] stationary_936_exponent;
  wire [10:0] stationary_936_fraction;
  wire stationary_936_leading;
  wire stationary_936_sign;
  wire [21:0] stationary_943;
  wire [8:0] stationary_943_exponent;
  wire [10:0] stationary_943_fraction;
  wire stationary_943_leading;
  wire stationary_943_sign;
  wire [21:0] stationary_950;
  wire [8:0] stationary_950_exponent;
  wire [10:0] stationary_950_fraction;
  wire stationary_950_leading;
  wire stationary_950_sign;
  wire [21:0] stationary_957;
  wire [8:0] stationary_957_exponent;
  wire [10:0] stationary_957_fraction;
  wire stationary_957_leading;
  wire stationary_957_sign;
  wire [21:0] stationary_96;
  wire [8:0] stationary_96_exponent;
  wire [10:0] stationary_96_fraction;
  wire stationary_96_leading;
  wire stationary_96_sign;
  wire [21:0] stationary_964;
  wire [8:0] stationary_964_exponent;
  wire [10:0] stationary_964_fraction;
  wire stationary_964_leading;
  wire stationary_964_sign;
  wire [21:0] stationary_971;
  wire [8:0] stationary_971_exponent;
  wire [10:0] stationary_971_fraction;
  wire stationary_971_leading;
  wire stationary_971_sign;
  wire [21:0] stationary_978;
  wire [8:0] stationary_978_exponent;
  wire [10:0] stationary_978_fraction;
  wire stationary_978_leading;
  wire stationary_978_sign;
  wire [21:0] stationary_985;
  wire [8:0] stationary_985_exponent;
  wire [10:0] stationary_985_fraction;
  wire stationary_985_leading;
  wire stationary_985_sign;
  wire [21:0] stationary_992;
  wire [8:0] stationary_992_exponent;
  wire [10:0] stationary_992_fraction;
  wire stationary_992_leading;
  wire stationary_992_sign;
  wire [21:0] stationary_999;
  wire [8:0] stationary_999_exponent;
  wire [10:0] stationary_999_fraction;
  wire stationary_999_leading;
  wire stationary_999_sign;
  wire [31:0] stationary_0;
  wire [31:0] stationary_10;
  wire [31:0] stationary_11;
  wire [31:0] stationary_12;
  wire [31:0] stationary_13;
  wire [31:0] stationary_14;
  wire [31:0] stationary_15;
  wire [31:0] stationary_1;
  wire [31:0] stationary_2;
  wire [31:0] stationary_3;
  wire [31:0] stationary_4;
  wire [31:0] stationary_5;
  wire [31:0] stationary_6;
  wire [31:0] stationary_7;
  wire [31:0] stationary_8;
  wire [31:0] stationary_9;
  wire [3:0] stationary_dtype;
  wire stationary_valid;
  wire [31:0] sum_in;
  wire [31:0] pe7_9__sum_out;
  wire [31:0] pe7_10__sum_out;
  wire [31:0] pe7_11__sum_out;
  wire [31:0] pe7_12__sum_out;
  wire [31:0] pe7_13__sum_out;
  wire [31:0] pe7_14__sum_out;
  wire [31:0] pe7_15__sum_out;
  wire [31:0] pe8_0__sum_out;
  wire [31:0] pe8_1__sum_out;
  wire [31:0] pe8_2__sum_out;
  wire [31:0] pe8_3__sum_out;
  wire [31:0] pe8_4__sum_out;
  wire [31:0] pe8_5__sum_out;
  wire [31:0] pe8_6__sum_out;
  wire [31:0] pe8_7__sum_out;
  wire [31:0] pe8_8__sum_out;
  wire [31:0] pe8_9__sum_out;
  wire [31:0] pe8_10__sum_out;
  wire [31:0] pe8_11__sum_out;
  wire [31:0] pe8_12__sum_out;
  wire [31:0] pe8_13__sum_out;
  wire [31:0] pe8_14__sum_out;
  wire [31:0] pe8_15__sum_out;
  wire [31:0] pe10_0__sum_in;
  wire [31:0] pe10_1__sum_in;
  wire [31:0] pe10_2__sum_in;
  wire [31:0] pe10_3__sum_in;
  wire [31:0] pe10_4__sum_in;
  wire [31:0] pe10_5__sum_in;
  wire [31:0] pe10_6__sum_in;
  wire [31:0] pe10_7__sum_in;
  wire [31:0] pe10_8__sum_in;
  wire [31:0] pe10_9__sum_in;
  wire [31:0] pe10_10__sum_in;
  wire [31:0] pe10_11__sum_in;
  wire [31:0] pe10_12__sum_in;
  wire [31:0] pe10_13__sum_in;
  wire [31:0] pe10_14__sum_in;
  wire [31:0] pe0_0__sum_out;
  wire [31:0] pe10_15__sum_in;
  wire [31:0] pe10_0__sum_out;
  wire [31:0] pe10_1__sum_out;
  wire [31:0] pe10_2__sum_out;
  wire [31:0] pe10_3__sum_out;
  wire [31:0] pe10_4__sum_out;
  wire [31:0] pe10_5__sum_out;
  wire [31:0] pe10_6__sum_out;
  wire [31:0] pe10_7__sum_out;
  wire [31:0] pe0_1__sum_out;
  wire [31:0] pe10_8__sum_out;
  wire [31:0] pe10_9__sum_out;
  wire [31:0] pe10_10__sum_out;
  wire [31:0] pe10_11__sum_out;
  wire [31:0] pe10_12__sum_out;
  wire [31:0] pe10_13__sum_out;
  wire [31:0] pe10_14__sum_out;
  wire [31:0] pe10_15__sum_out;
  wire [31:0] pe11_0__sum_out;
  wire [31:0] pe0_2__sum_out;
  wire [31:0] pe11_1__sum_out;
  wire [31:0] pe11_2__sum_out;
  wire [31:0] pe11_3__sum_out;
  wire [31:0] pe11_4__sum_out;
  wire [31:0] pe11_5__sum_out;
  wire [31:0] pe11_6__sum_out;
  wire [31:0] pe11_7__sum_out;
  wire [31:0] pe11_8__sum_out;
  wire [31:0] pe11_9__sum_out;
  wire [31:0] pe11_10__sum_out;
  wire [31:0] pe0_3__sum_out;
  wire [31:0] pe11_11__sum_out;
  wire [31:0] pe11_12__sum_out;
  wire [31:0] pe11_13__sum_out;
  wire [31:0] pe11_14__sum_out;
  wire [31:0] pe11_15__sum_out;
  wire [31:0] pe12_0__sum_out;
  wire [31:0] pe12_1__sum_out;
  wire [31:0] pe12_2__sum_out;
  wire [31:0] pe12_3__sum_out;
  wire [31:0] pe12_4__sum_out;
  wire [31:0] pe0_4__sum_out;
  wire [31:0] pe12_5__sum_out;
  wire [31:0] pe12_6__sum_out;
  wire [31:0] pe12_7__sum_out;
  wire [31:0] pe12_8__sum_out;
  wire [31:0] pe12_9__sum_out;
  wire [31:0] pe12_10__sum_out;
  wire [31:0] pe12_11__sum_out;
  wire [31:0] pe12_12__sum_out;
  wire [31:0] pe12_13__sum_out;
  wire [31:0] pe12_14__sum_out;
  wire [31:0] pe0_5__sum_out;
  wire [31:0] pe12_15__sum_out;
  wire [31:0] pe13_0__sum_out;
  wire [31:0] pe13_1__sum_out;
  wire [31:0] pe13_2__sum_out;
  wire [31:0] pe13_3__sum_out;
  wire [31:0] pe13_4__sum_out;
  wire [31:0] pe13_5__sum_out;
  wire [31:0] pe13_6__sum_out;
  wire [31:0] pe13_7__sum_out;
  wire [31:0] pe0_6__sum_out;
  wire [31:0] pe13_8__sum_out;
  wire [31:0] pe13_9__sum_out;
  wire [31:0] pe13_10__sum_out;
  wire [31:0] pe13_11__sum_out;
  wire [31:0] pe13_12__sum_out;
  wire [31:0] pe13_13__sum_out;
  wire [31:0] pe13_14__sum_out;
  wire [31:0] pe13_15__sum_out;
  wire [31:0] pe14_0__sum_out;
  wire [31:0] pe14_1__sum_out;
  wire [31:0] pe0_7__sum_out;
  wire [31:0] pe14_2__sum_out;
  wire [31:0] pe14_3__sum_out;
  wire [31:0] pe14_4__sum_out;
  wire [31:0] pe14_5__sum_out;
  wire [31:0] pe14_6__sum_out;
  wire [31:0] pe14_7__sum_out;
  wire [31:0] pe14_8__sum_out;
  wire [31:0] pe14_9__sum_out;
  wire [31:0] pe14_10__sum_out;
  wire [31:0] pe14_11__sum_out;
  wire [31:0] pe0_8__sum_out;
  wire [31:0] pe14_12__sum_out;
  wire [31:0] pe14_13__sum_out;
  wire [31:0] pe14_14__sum_out;
  wire [31:0] pe14_15__sum_out;
  wire [31:0] pe0_9__sum_out;
  wire [31:0] pe0_10__sum_out;
  wire [31:0] pe0_11__sum_out;
  wire [31:0] pe0_12__sum_out;
  wire [31:0] pe0_13__sum_out;
  wire [31:0] pe0_14__sum_out;
  wire [31:0] pe0_15__sum_out;
  wire [31:0] pe1_0__sum_out;
  wire [31:0] pe1_1__sum_out;
  wire [31:0] pe1_2__sum_out;
  wire [31:0] pe1_3__sum_out;
  wire [31:0] pe1_4__sum_out;
  wire [31:0] pe1_5__sum_out;
  wire [31:0] pe1_6__sum_out;
  wire [31:0] pe1_7__sum_out;
  wire [31:0] pe1_8__sum_out;
  wire [31:0] pe1_9__sum_out;
  wire [31:0] pe1_10__sum_out;
  wire [31:0] pe1_11__sum_out;
  wire [31:0] pe1_12__sum_out;
  wire [31:0] pe1_13__sum_out;
  wire [31:0] pe1_14__sum_out;
  wire [31:0] pe1_15__sum_out;
  wire [31:0] pe2_0__sum_out;
  wire [31:0] pe2_1__sum_out;
  wire [31:0] pe2_2__sum_out;
  wire [31:0] pe2_3__sum_out;
  wire [31:0] pe2_4__sum_out;
  wire [31:0] pe2_5__sum_out;
  wire [31:0] pe2_6__sum_out;
  wire [31:0] pe2_7__sum_out;
  wire [31:0] pe2_8__sum_out;
  wire [31:0] pe2_9__sum_out;
  wire [31:0] pe2_10__sum_out;
  wire [31:0] pe2_11__sum_out;
  wire [31:0] pe2_12__sum_out;
  wire [31:0] pe2_13__sum_out;
  wire [31:0] pe2_14__sum_out;
  wire [31:0] pe2_15__sum_out;
  wire [31:0] pe3_0__sum_out;
  wire [31:0] pe3_1__sum_out;
  wire [31:0] pe3_2__sum_out;
  wire [31:0] pe3_3__sum_out;
  wire [31:0] pe3_4__sum_out;
  wire [31:0] pe3_5__sum_out;
  wire [31:0] pe3_6__sum_out;
  wire [31:0] pe3_7__sum_out;
  wire [31:0] pe3_8__sum_out;
  wire [31:0] pe3_9__sum_out;
  wire [31:0] pe3_10__sum_out;
  wire [31:0] pe3_11__sum_out;
  wire [31:0] pe3_12__sum_out;
  wire [31:0] pe3_13__sum_out;
  wire [31:0] pe3_14__sum_out;
  wire [31:0] pe3_15__sum_out;
  wire [31:0] pe4_0__sum_out;
  wire [31:0] pe4_1__sum_out;
  wire [31:0] pe4_2__sum_out;
  wire [31:0] pe4_3__sum_out;
  wire [31:0] pe4_4__sum_out;
  wire [31:0] pe4_5__sum_out;
  wire [31:0] pe4_6__sum_out;
  wire [31:0] pe4_7__sum_out;
  wire [31:0] pe4_8__sum_out;
  wire [31:0] pe4_9__sum_out;
  wire [31:0] pe4_10__sum_out;
  wire [31:0] pe4_11__sum_out;
  wire [31:0] pe4_12__sum_out;
  wire [31:0] pe4_13__sum_out;
  wire [31:0] pe4_14__sum_out;
  wire [31:0] pe4_15__sum_out;
  wire [31:0] pe5_0__sum_out;
  wire [31:0] pe5_1__sum_out;
  wire [31:0] pe5_2__sum_out;
  wire [31:0] pe5_3__sum_out;
  wire [31:0] pe5_4__sum_out;
  wire [31:0] pe5_5__sum_out;
  wire [31:0] pe5_6__sum_out;
  wire [31:0] pe5_7__sum_out;
  wire [31:0] pe5_8__sum_out;
  wire [31:0] pe5_9__sum_out;
  wire [31:0] pe5_10__sum_out;
  wire [31:0] pe5_11__sum_out;
  wire [31:0] pe5_12__sum_out;
  wire [31:0] pe5_13__sum_out;
  wire [31:0] pe5_14__sum_out;
  wire [31:0] pe5_15__sum_out;
  wire [31:0] pe6_0__sum_out;
  wire [31:0] pe6_1__sum_out;
  wire [31:0] pe6_2__sum_out;
  wire [31:0] pe6_3__sum_out;
  wire [31:0] pe6_4__sum_out;
  wire [31:0] pe6_5__sum_out;
  wire [31:0] pe6_6__sum_out;
  wire [31:0] pe6_7__sum_out;
  wire [31:0] pe6_8__sum_out;
  wire [31:0] pe6_9__sum_out;
  wire [31:0] pe6_10__sum_out;
  wire [31:0] pe6_11__sum_out;
  wire [31:0] pe6_12__sum_out;
  wire [31:0] pe6_13__sum_out;
  wire [31:0] pe6_14__sum_out;
  wire [31:0] pe6_15__sum_out;
  wire [31:0] pe7_0__sum_out;
  wire [31:0] pe7_1__sum_out;
  wire [31:0] pe7_2__sum_out;
  wire [31:0] pe7_3__sum_out;
  wire [31:0] pe7_4__sum_out;
  wire [31:0] pe7_5__sum_out;
  wire [31:0] pe7_6__sum_out;
  wire [31:0] pe7_7__sum_out;
  wire [31:0] pe7_8__sum_out;
  wire [31:0] sum_out;
  wire [31:0] sum_out_1003;
  wire [31:0] sum_out_1010;
  wire [31:0] sum_out_1017;
  wire [31:0] sum_out_1024;
  wire [31:0] sum_out_1031;
  wire [31:0] sum_out_1038;
  wire [31:0] sum_out_1045;
  wire [31:0] sum_out_1056;
  wire [31:0] sum_out_1063;
  wire [31:0] sum_out_1070;
  wire [31:0] sum_out_1077;
  wire [31:0] sum_out_1084;
  wire [31:0] sum_out_1091;
  wire [31:0] sum_out_1098;
  wire [31:0] sum_out_1105;
  wire [31:0] sum_out_1112;
  wire [31:0] sum_out_1119;
  wire [31:0] sum_out_1126;
  wire [31:0] sum_out_1133;
  wire [31:0] sum_out_1140;
  wire [31:0] sum_out_1147;
  wire [31:0] sum_out_1154;
  wire [31:0] sum_out_1161;
  wire [31:0] sum_out_1172;
  wire [31:0] sum_out_1179;
  wire [31:0] sum_out_1186;
  wire [31:0] sum_out_1193;
  wire [31:0] sum_out_1200;
  wire [31:0] sum_out_1207;
  wire [31:0] sum_out_1214;
  wire [31:0] sum_out_1221;
  wire [31:0] sum_out_1228;
  wire [31:0] sum_out_1235;
  wire [31:0] sum_out_1242;
  wire [31:0] sum_out_1249;
  wire [31:0] sum_out_1256;
  wire [31:0] sum_out_1263;
  wire [31:0] sum_out_1270;
  wire [31:0] sum_out_1277;
  wire [31:0] sum_out_1288;
  wire [31:0] sum_out_1295;
  wire [31:0] sum_out_1302;
  wire [31:0] sum_out_1309;
  wire [31:0] sum_out_1316;
  wire [31:0] sum_out_1323;
  wire [31:0] sum_out_1330;
  wire [31:0] sum_out_1337;
  wire [31:0] sum_out_1344;
  wire [31:0] sum_out_135;
  wire [31:0] sum_out_1351;
  wire [31:0] sum_out_1358;
  wire [31:0] sum_out_1365;
  wire [31:0] sum_out_1372;
  wire [31:0] sum_out_1379;
  wire [31:0] sum_out_1386;
  wire [31:0] sum_out_1393;
  wire [31:0] sum_out_1404;
  wire [31:0] sum_out_1411;
  wire [31:0] sum_out_1418;
  wire [31:0] sum_out_142;
  wire [31:0] sum_out_1425;
  wire [31:0] sum_out_1432;
  wire [31:0] sum_out_1439;
  wire [31:0] sum_out_1446;
  wire [31:0] sum_out_1453;
  wire [31:0] sum_out_1460;
  wire [31:0] sum_out_1467;
  wire [31:0] sum_out_1474;
  wire [31:0] sum_out_1481;
  wire [31:0] sum_out_1488;
  wire [31:0] sum_out_149;
  wire [31:0] sum_out_1495;
  wire [31:0] sum_out_1502;
  wire [31:0] sum_out_1509;
  wire [31:0] sum_out_1520;
  wire [31:0] sum_out_1527;
  wire [31:0] sum_out_1534;
  wire [31:0] sum_out_1541;
  wire [31:0] sum_out_1548;
  wire [31:0] sum_out_1555;
  wire [31:0] sum_out_156;
  wire [31:0] sum_out_1562;
  wire [31:0] sum_out_1569;
  wire [31:0] sum_out_1576;
  wire [31:0] sum_out_1583;
  wire [31:0] sum_out_1590;
  wire [31:0] sum_out_1597;
  wire [31:0] sum_out_1604;
  wire [31:0] sum_out_1611;
  wire [31:0] sum_out_1618;
  wire [31:0] sum_out_1625;
  wire [31:0] sum_out_163;
  wire [31:0] sum_out_1636;
  wire [31:0] sum_out_1643;
  wire [31:0] sum_out_1650;
  wire [31:0] sum_out_1657;
  wire [31:0] sum_out_1664;
  wire [31:0] sum_out_1671;
  wire [31:0] sum_out_1678;
  wire [31:0] sum_out_1685;
  wire [31:0] sum_out_1692;
  wire [31:0] sum_out_1699;
  wire [31:0] sum_out_170;
  wire [31:0] sum_out_1706;
  wire [31:0] sum_out_1713;
  wire [31:0] sum_out_1720;
  wire [31:0] sum_out_1727;
  wire [31:0] sum_out_1734;
  wire [31:0] sum_out_1741;
  wire [31:0] sum_out_1752;
  wire [31:0] sum_out_1759;
  wire [31:0] sum_out_1766;
  wire [31:0] sum_out_177;
  wire [31:0] sum_out_1773;
  wire [31:0] sum_out_1780;
  wire [31:0] sum_out_1787;
  wire [31:0] sum_out_1794;
  wire [31:0] sum_out_1801;
  wire [31:0] sum_out_1808;
  wire [31:0] sum_out_1815;
  wire [31:0] sum_out_1822;
  wire [31:0] sum_out_1829;
  wire [31:0] sum_out_1836;
  wire [31:0] sum_out_184;
  wire [31:0] sum_out_1843;
  wire [31:0] sum_out_1850;
  wire [31:0] sum_out_1857;
  wire [31:0] pe15_0__sum_out;
  wire [31:0] pe15_1__sum_out;
  wire [31:0] pe15_2__sum_out;
  wire [31:0] pe15_3__sum_out;
  wire [31:0] pe15_4__sum_out;
  wire [31:0] pe15_5__sum_out;
  wire [31:0] pe15_6__sum_out;
  wire [31:0] pe15_7__sum_out;
  wire [31:0] pe15_8__sum_out;
  wire [31:0] pe15_9__sum_out;
  wire [31:0] pe15_10__sum_out;
  wire [31:0] pe15_11__sum_out;
  wire [31:0] pe15_12__sum_out;
  wire [31:0] pe15_13__sum_out;
  wire [31:0] pe15_14__sum_out;
  wire [31:0] pe15_15__sum_out;
  wire [31:0] sum_out_191;
  wire [31:0] sum_out_198;
  wire [31:0] sum_out_205;
  wire [31:0] sum_out_212;
  wire [31:0] sum_out_219;
  wire [31:0] sum_out_226;
  wire [31:0] sum_out_233;
  wire [31:0] sum_out_244;
  wire [31:0] sum_out_251;
  wire [31:0] sum_out_258;
  wire [31:0] sum_out_265;
  wire [31:0] sum_out_272;
  wire [31:0] sum_out_279;
  wire [31:0] sum_out_286;
  wire [31:0] sum_out_293;
  wire [31:0] sum_out_300;
  wire [31:0] sum_out_307;
  wire [31:0] sum_out_314;
  wire [31:0] sum_out_321;
  wire [31:0] sum_out_328;
  wire [31:0] sum_out_335;
  wire [31:0] sum_out_342;
  wire [31:0] sum_out_349;
  wire [31:0] sum_out_360;
  wire [31:0] sum_out_367;
  wire [31:0] sum_out_374;
  wire [31:0] sum_out_381;
  wire [31:0] sum_out_388;
  wire [31:0] sum_out_395;
  wire [31:0] sum_out_402;
  wire [31:0] sum_out_409;
  wire [31:0] sum_out_416;
  wire [31:0] sum_out_423;
  wire [31:0] sum_out_430;
  wire [31:0] sum_out_437;
  wire [31:0] sum_out_444;
  wire [31:0] sum_out_451;
  wire [31:0] sum_out_458;
  wire [31:0] sum_out_465;
  wire [31:0] sum_out_476;
  wire [31:0] sum_out_483;
  wire [31:0] sum_out_490;
  wire [31:0] sum_out_497;
  wire [31:0] sum_out_504;
  wire [31:0] sum_out_511;
  wire [31:0] sum_out_518;
  wire [31:0] sum_out_525;
  wire [31:0] sum_out_532;
  wire [31:0] sum_out_539;
  wire [31:0] sum_out_546;
  wire [31:0] sum_out_553;
  wire [31:0] sum_out_560;
  wire [31:0] sum_out_567;
  wire [31:0] sum_out_574;
  wire [31:0] sum_out_581;
  wire [31:0] sum_out_592;
  wire [31:0] sum_out_599;
  wire [31:0] sum_out_606;
  wire [31:0] sum_out_613;
  wire [31:0] sum_out_620;
  wire [31:0] sum_out_627;
  wire [31:0] sum_out_634;
  wire [31:0] sum_out_641;
  wire [31:0] sum_out_648;
  wire [31:0] sum_out_655;
  wire [31:0] sum_out_662;
  wire [31:0] sum_out_669;
  wire [31:0] sum_out_676;
  wire [31:0] sum_out_683;
  wire [31:0] sum_out_690;
  wire [31:0] sum_out_697;
  wire [31:0] sum_out_708;
  wire [31:0] sum_out_715;
  wire [31:0] sum_out_722;
  wire [31:0] sum_out_729;
  wire [31:0] sum_out_736;
  wire [31:0] sum_out_743;
  wire [31:0] sum_out_750;
  wire [31:0] sum_out_757;
  wire [31:0] sum_out_764;
  wire [31:0] sum_out_771;
  wire [31:0] sum_out_778;
  wire [31:0] sum_out_785;
  wire [31:0] sum_out_792;
  wire [31:0] sum_out_799;
  wire [31:0] sum_out_806;
  wire [31:0] sum_out_813;
  wire [31:0] sum_out_824;
  wire [31:0] sum_out_831;
  wire [31:0] sum_out_838;
  wire [31:0] sum_out_845;
  wire [31:0] sum_out_852;
  wire [31:0] sum_out_859;
  wire [31:0] sum_out_866;
  wire [31:0] sum_out_873;
  wire [31:0] sum_out_880;
  wire [31:0] sum_out_887;
  wire [31:0] sum_out_894;
  wire [31:0] sum_out_901;
  wire [31:0] sum_out_908;
  wire [31:0] sum_out_915;
  wire [31:0] sum_out_922;
  wire [31:0] sum_out_929;
  wire [31:0] sum_out_940;
  wire [31:0] sum_out_947;
  wire [31:0] sum_out_954;
  wire [31:0] sum_out_961;
  wire [31:0] sum_out_968;
  wire [31:0] sum_out_975;
  wire [31:0] sum_out_982;
  wire [31:0] sum_out_989;
  wire [31:0] sum_out_996;
  output [511:0] sums;
  wire [511:0] sums;
  wire [31:0] sums_0;
  wire [31:0] sums_10;
  wire [31:0] sums_11;
  wire [31:0] sums_12;
  wire [31:0] sums_13;
  wire [31:0] sums_14;
  wire [31:0] sums_15;
  wire [31:0] sums_1;
  wire [31:0] sums_2;
  wire [31:0] sums_3;
  wire [31:0] sums_4;
  wire [31:0] sums_5;
  wire [31:0] sums_6;
  wire [31:0] sums_7;
  wire [31:0] sums_8;
  wire [31:0] sums_9;
  output sums_valid;
  wire sums_valid;
  wire swap;
  wire pe8_10__swap;
  wire pe0_13__swap;
  wire pe8_11__swap;
  wire pe8_12__swap;
  wire pe8_13__swap;
  wire pe8_14__swap;
  wire pe8_15__swap;
  wire pe9_0__swap;
  wire pe9_1__swap;
  wire pe9_2__swap;
  wire pe0_14__swap;
  wire pe9_3__swap;
  wire pe9_4__swap;
  wire pe9_5__swap;
  wire pe9_6__swap;
  wire pe9_7__swap;
  wire pe9_8__swap;
  wire pe9_9__swap;
  wire pe9_10__swap;
  wire pe9_11__swap;
  wire pe0_15__swap;
  wire pe9_12__swap;
  wire pe9_13__swap;
  wire pe9_14__swap;
  wire pe9_15__swap;
  wire pe10_0__swap;
  wire pe10_1__swap;
  wire pe10_2__swap;
  wire pe10_3__swap;
  wire pe10_4__swap;
  wire pe10_5__swap;
  wire pe10_6__swap;
  wire pe10_7__swap;
  wire pe10_8__swap;
  wire pe1_0__swap;
  wire pe10_9__swap;
  wire pe10_10__swap;
  wire pe10_11__swap;
  wire pe10_12__swap;
  wire pe10_13__swap;
  wire pe10_14__swap;
  wire pe10_15__swap;
  wire pe11_0__swap;
  wire pe11_1__swap;
  wire pe11_2__swap;
  wire pe1_1__swap;
  wire pe11_3__swap;
  wire pe11_4__swap;
  wire pe11_5__swap;
  wire pe11_6__swap;
  wire pe11_7__swap;
  wire pe11_8__swap;
  wire pe11_9__swap;
  wire pe11_10__swap;
  wire pe11_11__swap;
  wire pe11_12__swap;
  wire pe1_2__swap;
  wire pe11_13__swap;
  wire pe11_14__swap;
  wire pe11_15__swap;
  wire pe12_0__swap;
  wire pe12_1__swap;
  wire pe12_2__swap;
  wire pe12_3__swap;
  wire pe12_4__swap;
  wire pe12_5__swap;
  wire pe1_3__swap;
  wire pe12_6__swap;
  wire pe12_7__swap;
  wire pe12_8__swap;
  wire pe12_9__swap;
  wire pe12_10__swap;
  wire pe12_11__swap;
  wire pe12_12__swap;
  wire pe12_13__swap;
  wire pe12_14__swap;
  wire pe12_15__swap;
  wire pe1_4__swap;
  wire pe13_0__swap;
  wire pe13_1__swap;
  wire pe13_2__swap;
  wire pe13_3__swap;
  wire pe13_4__swap;
  wire pe13_5__swap;
  wire pe13_6__swap;
  wire pe13_7__swap;
  wire pe13_8__swap;
  wire pe13_9__swap;
  wire pe1_5__swap;
  wire pe13_10__swap;
  wire pe13_11__swap;
  wire pe13_12__swap;
  wire pe13_13__swap;
  wire pe13_14__swap;
  wire pe13_15__swap;
  wire pe14_0__swap;
  wire pe14_1__swap;
  wire pe14_2__swap;
  wire pe1_6__swap;
  wire pe14_3__swap;
  wire pe14_4__swap;
  wire pe14_5__swap;
  wire pe14_6__swap;
  wire pe14_7__swap;
  wire pe14_8__swap;
  wire pe14_9__swap;
  wire pe14_10__swap;
  wire pe14_11__swap;
  wire pe14_12__swap;
  wire pe1_7__swap;
  wire pe14_13__swap;
  wire pe14_14__swap;
  wire pe14_15__swap;
  wire pe15_0__swap;
  wire pe15_1__swap;
  wire pe15_2__swap;
  wire pe15_3__swap;
  wire pe15_4__swap;
  wire pe15_5__swap;
  wire pe15_6__swap;
  wire pe1_8__swap;
  wire pe15_7__swap;
  wire pe15_8__swap;
  wire pe15_9__swap;
  wire pe15_10__swap;
  wire pe15_11__swap;
  wire pe15_12__swap;
  wire pe15_13__swap;
  wire pe15_14__swap;
  wire pe15_15__swap;
  wire pe1_9__swap;
  input swap_1877;
  wire swap_1877;
  wire pe1_10__swap;
  wire pe1_11__swap;
  wire pe1_12__swap;
  wire pe1_13__swap;
  wire pe1_14__swap;
  wire pe1_15__swap;
  wire pe2_0__swap;
  wire pe2_1__swap;
  wire pe2_2__swap;
  wire pe2_3__swap;
  wire pe2_4__swap;
  wire pe2_5__swap;
  wire pe2_6__swap;
  wire pe2_7__swap;
  wire pe0_1__swap;
  wire pe2_8__swap;
  wire pe2_9__swap;
  wire pe2_10__swap;
  wire pe2_11__swap;
  wire pe2_12__swap;
  wire pe2_13__swap;
  wire pe2_14__swap;
  wire pe2_15__swap;
  wire pe0_2__swap;
  wire pe3_0__swap;
  wire pe3_1__swap;
  wire pe3_2__swap;
  wire pe3_3__swap;
  wire pe3_4__swap;
  wire pe3_5__swap;
  wire pe3_6__swap;
  wire pe3_7__swap;
  wire pe0_3__swap;
  wire pe3_8__swap;
  wire pe3_9__swap;
  wire pe3_10__swap;
  wire pe3_11__swap;
  wire pe3_12__swap;
  wire pe3_13__swap;
  wire pe3_14__swap;
  wire pe3_15__swap;
  wire pe0_4__swap;
  wire pe4_0__swap;
  wire pe4_1__swap;
  wire pe4_2__swap;
  wire pe4_3__swap;
  wire pe4_4__swap;
  wire pe4_5__swap;
  wire pe4_6__swap;
  wire pe4_7__swap;
  wire pe4_8__swap;
  wire pe0_5__swap;
  wire pe4_9__swap;
  wire pe4_10__swap;
  wire pe4_11__swap;
  wire pe4_12__swap;
  wire pe4_13__swap;
  wire pe4_14__swap;
  wire pe4_15__swap;
  wire pe5_0__swap;
  wire pe0_6__swap;
  wire pe5_1__swap;
  wire pe5_2__swap;
  wire pe5_3__swap;
  wire pe5_4__swap;
  wire pe5_5__swap;
  wire pe5_6__swap;
  wire pe5_7__swap;
  wire pe5_8__swap;
  wire pe0_7__swap;
  wire pe5_9__swap;
  wire pe5_10__swap;
  wire pe5_11__swap;
  wire pe5_12__swap;
  wire pe5_13__swap;
  wire pe5_14__swap;
  wire pe5_15__swap;
  wire pe6_0__swap;
  wire pe0_8__swap;
  wire pe6_1__swap;
  wire pe6_2__swap;
  wire pe6_3__swap;
  wire pe6_4__swap;
  wire pe6_5__swap;
  wire pe6_6__swap;
  wire pe6_7__swap;
  wire pe6_8__swap;
  wire pe6_9__swap;
  wire pe0_9__swap;
  wire pe6_10__swap;
  wire pe6_11__swap;
  wire pe6_12__swap;
  wire pe6_13__swap;
  wire pe6_14__swap;
  wire pe6_15__swap;
  wire pe7_0__swap;
  wire pe7_1__swap;
  wire pe0_10__swap;
  wire pe7_2__swap;
  wire pe7_3__swap;
  wire pe7_4__swap;
  wire pe7_5__swap;
  wire pe7_6__swap;
  wire pe7_7__swap;
  wire pe7_8__swap;
  wire pe7_9__swap;
  wire pe7_10__swap;
  wire pe0_11__swap;
  wire pe7_11__swap;
  wire pe7_12__swap;
  wire pe7_13__swap;
  wire pe7_14__swap;
  wire pe7_15__swap;
  wire pe8_0__swap;
  wire pe8_1__swap;
  wire pe8_2__swap;
  wire pe0_12__swap;
  wire pe8_3__swap;
  wire pe8_4__swap;
  wire pe8_5__swap;
  wire pe8_6__swap;
  wire pe8_7__swap;
  wire pe8_8__swap;
  wire pe8_9__swap;
  reg [30:0] swaps = 31'h00000000;
  wire [15:0] taps;
  wire valid;
  input valid_10;
  wire valid_10;
  reg [34:0] valid_13 = 35'h000000000;
  reg [1:0] waking = 2'h1;
  assign pe0_7__swap = swaps[0] | waking[1];
  assign pe0_8__swap = swaps[0] | waking[1];
  assign pe0_9__swap = swaps[0] | waking[1];
  assign pe0_10__swap = swaps[0] | waking[1];
  assign pe0_11__swap = swaps[0] | waking[1];
  assign pe0_12__swap = swaps[0] | waking[1];
  assign pe0_13__swap = swaps[0] | waking[1];
  assign pe0_14__swap = swaps[0] | waking[1];
  assign pe0_15__swap = swaps[0] | waking[1];
  assign n3 = load1 & control1_1[4];
  assign clear1 = n3 | waking[0];
  assign n4 = 1'h1 << control1_1[3:0];
  assign pe1_0__swap = swaps[2] | waking[1];
  assign pe1_1__swap = swaps[2] | waking[1];
  assign pe1_2__swap = swaps[2] | waking[1];
  assign pe1_3__swap = swaps[2] | waking[1];
  assign pe1_4__swap = swaps[2] | waking[1];
  assign pe1_5__swap = swaps[2] | waking[1];
  assign pe1_6__swap = swaps[2] | waking[1];
  assign pe1_7__swap = swaps[2] | waking[1];
  assign pe1_8__swap = swaps[2] | waking[1];
  assign pe1_9__swap = swaps[2] | waking[1];
  assign pe1_10__swap = swaps[2] | waking[1];
  assign pe1_11__swap = swaps[2] | waking[1];
  assign pe1_12__swap = swaps[2] | waking[1];
  assign pe1_13__swap = swaps[2] | waking[1];
  assign pe1_14__swap = swaps[2] | waking[1];
  assign pe1_15__swap = swaps[2] | waking[1];
  assign n5 = load2 & control2_1[4];
  assign clear2 = n5 | waking[0];
  assign n6 = 1'h1 << control2_1[3:0];
  assign pe2_0__swap = swaps[4] | waking[1];
  assign pe2_1__swap = swaps[4] | waking[1];
  assign pe2_2__swap = swaps[4] | waking[1];
  assign pe2_3__swap = swaps[4] | waking[1];
  assign pe2_4__swap = swaps[4] | waking[1];
  assign pe2_5__swap = swaps[4] | waking[1];
  assign pe2_6__swap = swaps[4] | waking[1];
  assign pe2_7__swap = swaps[4] | waking[1];
  assign pe2_8__swap = swaps[4] | waking[1];
  assign pe2_9__swap = swaps[4] | waking[1];
  assign pe2_10__swap = swaps[4] | waking[1];
  assign pe2_11__swap = swaps[4] | waking[1];
  assign pe2_12__swap = swaps[4] | waking[1];
  assign pe2_13__swap = swaps[4] | waking[1];
  assign pe2_14__swap = swaps[4] | waking[1];
  assign pe2_15__swap = swaps[4] | waking[1];
  assign n7 = load3 & control3_1[4];
  assign clear3 = n7 | waking[0];
  assign n8 = 1'h1 << control3_1[3:0];
  assign pe3_0__swap = swaps[6] | waking[1];
  assign pe3_1__swap = swaps[6] | waking[1];
  assign pe3_2__swap = swaps[6] | waking[1];
  assign pe3_3__swap = swaps[6] | waking[1];
  assign pe3_4__swap = swaps[6] | waking[1];
  assign pe3_5__swap = swaps[6] | waking[1];
  assign pe3_6__swap = swaps[6] | waking[1];
  assign pe3_7__swap = swaps[6] | waking[1];
  assign pe3_8__swap = swaps[6] | waking[1];
  assign pe3_9__swap = swaps[6] | waking[1];
  assign pe3_10__swap = swaps[6] | waking[1];
  assign pe3_11__swap = swaps[6] | waking[1];
  assign pe3_12__swap = swaps[6] | waking[1];
  assign pe3_13__swap = swaps[6] | waking[1];
  assign pe3_14__swap = swaps[6] | waking[1];
  assign pe3_15__swap = swaps[6] | waking[1];
  assign n9 = load4 & control4_1[4];
  assign clear4 = n9 | waking[0];
  assign n10 = 1'h1 << control4_1[3:0];
  assign pe4_0__swap = swaps[8] | waking[1];
  assign pe4_1__swap = swaps[8] | waking[1];
  assign pe4_2__swap = swaps[8] | waking[1];
  assign pe4_3__swap = swaps[8] | waking[1];
  assign pe4_4__swap = swaps[8] | waking[1];
  assign pe4_5__swap = swaps[8] | waking[1];
  assign pe4_6__swap = swaps[8] | waking[1];
  assign pe4_7__swap = swaps[8] | waking[1];
  assign pe4_8__swap = swaps[8] | waking[1];
  assign pe4_9__swap = swaps[8] | waking[1];
  assign pe4_10__swap = swaps[8] | waking[1];
  assign pe4_11__swap = swaps[8] | waking[1];
  assign pe4_12__swap = swaps[8] | waking[1];
  assign pe4_13__swap = swaps[8] | waking[1];
  assign pe4_14__swap = swaps[8] | waking[1];
  assign pe4_15__swap = swaps[8] | waking[1];
  assign n11 = load5 & control5_1[4];
  assign clear5 = n11 | waking[0];
  assign n12 = 1'h1 << control5_1[3:0];
  assign pe5_0__swap = swaps[10] | waking[1];
  assign pe5_1__swap = swaps[10] | waking[1];
  assign pe5_2__swap = swaps[10] | waking[1];
  assign pe5_3__swap = swaps[10] | waking[1];
  assign pe5_4__swap = swaps[10] | waking[1];
  assign pe5_5__swap = swaps[10] | waking[1];
  assign pe5_6__swap = swaps[10] | waking[1];
  assign pe5_7__swap = swaps[10] | waking[1];
  assign pe5_8__swap = swaps[10] | waking[1];
  assign pe5_9__swap = swaps[10] | waking[1];
  assign pe5_10__swap = swaps[10] | waking[1];
  assign pe5_11__swap = swaps[10] | waking[1];
  assign pe5_12__swap = swaps[10] | waking[1];
  assign pe5_13__swap = swaps[10] | waking[1];
  assign pe5_14__swap = swaps[10] | waking[1];
  assign pe5_15__swap = swaps[10] | waking[1];
  assign n13 = load6 & control6_1[4];
  assign clear6 = n13 | waking[0];
  assign n14 = 1'h1 << control6_1[3:0];
  assign pe6_0__swap = swaps[12] | waking[1];
  assign pe6_1__swap = swaps[12] | waking[1];
  assign pe6_2__swap = swaps[12] | waking[1];
  assign pe6_3__swap = swaps[12] | waking[1];
  assign pe6_4__swap = swaps[12] | waking[1];
  assign pe6_5__swap = swaps[12] | waking[1];
  assign pe6_6__swap = swaps[12] | waking[1];
  assign pe6_7__swap = swaps[12] | waking[1];
  assign pe6_8__swap = swaps[12] | waking[1];
  assign pe6_9__swap = swaps[12] | waking[1];
  assign pe6_10__swap = swaps[12] | waking[1];
  assign pe6_11__swap = swaps[12] | waking[1];
  assign pe6_12__swap = swaps[12] | waking[1];
  assign pe6_13__swap = swaps[12] | waking[1];
  assign pe6_14__swap = swaps[12] | waking[1];
  assign pe6_15__swap = swaps[12] | waking[1];
  assign n15 = load7 & control7_1[4];
  assign clear7 = n15 | waking[0];
  assign n16 = 1'h1 << control7_1[3:0];
  assign pe7_0__swap = swaps[14] | waking[1];
  assign pe7_1__swap = swaps[14] | waking[1];
  assign pe7_2__swap = swaps[14] | waking[1];
  assign pe7_3__swap = swaps[14] | waking[1];
  assign pe7_4__swap = swaps[14] | waking[1];
  assign pe7_5__swap = swaps[14] | waking[1];
  assign pe7_6__swap = swaps[14] | waking[1];
  assign pe7_7__swap = swaps[14] | waking[1];
  assign pe7_8__swap = swaps[14] | waking[1];
  assign pe7_9__swap = swaps[14] | waking[1];
  assign pe7_10__swap = swaps[14] | waking[1];
  assign pe7_11__swap = swaps[14] | waking[1];
  assign pe7_12__swap = swaps[14] | waking[1];
  assign pe7_13__swap = swaps[14] | waking[1];
  assign pe7_14__swap = swaps[14] | waking[1];
  assign pe7_15__swap = swaps[14] | waking[1];
  assign n17 = load8 & control8_1[4];
  assign clear8 = n17 | waking[0];
  assign n18 = 1'h1 << control8_1[3:0];
  assign pe8_0__swap = swaps[16] | waking[1];
  assign pe8_1__swap = swaps[16] | waking[1];
  assign pe8_2__swap = swaps[16] | waking[1];
  assign pe8_3__swap = swaps[16] | waking[1];
  assign pe8_4__swap = swaps[16] | waking[1];
  assign pe8_5__swap = swaps[16] | waking[1];
  assign pe8_6__swap = swaps[16] | waking[1];
  assign pe8_7__swap = swaps[16] | waking[1];
  assign pe8_8__swap = swaps[16] | waking[1];
  assign pe8_9__swap = swaps[16] | waking[1];
  assign pe8_10__swap = swaps[16] | waking[1];
  assign pe8_11__swap = swaps[16] | waking[1];
  assign pe8_12__swap = swaps[16] | waking[1];
  assign pe8_13__swap = swaps[16] | waking[1];
  assign pe8_14__swap = swaps[16] | waking[1];
  assign pe8_15__swap = swaps[16] | waking[1];
  assign n19 = load9 & control9_1[4];
  assign clear9 = n19 | waking[0];
  assign n20 = 1'h1 << control9_1[3:0];
  assign pe9_0__swap = swaps[18] | waking[1];
  assign pe9_1__swap = swaps[18] | waking[1];
  assign pe9_2__swap = swaps[18] | waking[1];
  assign pe9_3__swap = swaps[18] | waking[1];
  assign pe9_4__swap = swaps[18] | waking[1];
  assign pe9_5__swap = swaps[18] | waking[1];
  assign pe9_6__swap = swaps[18] | waking[1];
  assign pe9_7__swap = swaps[18] | waking[1];
  assign pe9_8__swap = swaps[18] | waking[1];
  assign pe9_9__swap = swaps[18] | waking[1];
  assign pe9_10__swap = swaps[18] | waking[1];
  assign pe9_11__swap = swaps[18] | waking[1];
  assign pe9_12__swap = swaps[18] | waking[1];
  assign pe9_13__swap = swaps[18] | waking[1];
  assign pe9_14__swap = swaps[18] | waking[1];
  assign pe9_15__swap = swaps[18] | waking[1];
  assign n21 = load10 & control10_1[4];
  assign clear10 = n21 | waking[0];
  assign n22 = 1'h1 << control10_1[3:0];
  assign pe10_0__swap = swaps[20] | waking[1];
  assign pe10_1__swap = swaps[20] | waking[1];
  assign pe10_2__swap = swaps[20] | waking[1];
  assign pe10_3__swap = swaps[20] | waking[1];
  assign pe10_4__swap = swaps[20] | waking[1];
  assign pe10_5__swap = swaps[20] | waking[1];
  assign pe10_6__swap = swaps[20] | waking[1];
  assign pe10_7__swap = swaps[20] | waking[1];
  assign pe10_8__swap = swaps[20] | waking[1];
  assign pe10_9__swap = swaps[20] | waking[1];
  assign pe10_10__swap = swaps[20] | waking[1];
  assign pe10_11__swap = swaps[20] | waking[1];
  assign pe10_12__swap = swaps[20] | waking[1];
  assign pe10_13__swap = swaps[20] | waking[1];
  assign pe10_14__swap = swaps[20] | waking[1];
  assign pe10_15__swap = swaps[20] | waking[1];
  assign n23 = load11 & control11_1[4];
  assign clear11 = n23 | waking[0];
  assign n24 = 1'h1 << control11_1[3:0];
  assign pe11_0__swap = swaps[22] | waking[1];
  assign pe11_1__swap = swaps[22] | waking[1];
  assign pe11_2__swap = swaps[22] | waking[1];
  assign pe11_3__swap = swaps[22] | waking[1];
  assign pe11_4__swap = swaps[22] | waking[1];
  assign pe11_5__swap = swaps[22] | waking[1];
  assign pe11_6__swap = swaps[22] | waking[1];
  assign pe11_7__swap = swaps[22] | waking[1];
  assign pe11_8__swap = swaps[22] | waking[1];
  assign pe11_9__swap = swaps[22] | waking[1];
  assign pe11_10__swap = swaps[22] | waking[1];
  assign pe11_11__swap = swaps[22] | waking[1];
  assign pe11_12__swap = swaps[22] | waking[1];
  assign pe11_13__swap = swaps[22] | waking[1];
  assign pe11_14__swap = swaps[22] | waking[1];
  assign pe11_15__swap = swaps[22] | waking[1];
  assign n25 = load12 & control12_1[4];
  assign clear12 = n25 | waking[0];
  assign n26 = 1'h1 << control12_1[3:0];
  assign pe12_0__swap = swaps[24] | waking[1];
  assign pe12_1__swap = swaps[24] | waking[1];
  assign pe12_2__swap = swaps[24] | waking[1];
  assign pe12_3__swap = swaps[24] | waking[1];
  assign pe12_4__swap = swaps[24] | waking[1];
  assign pe12_5__swap = swaps[24] | waking[1];
  assign pe12_6__swap = swaps[24] | waking[1];
  assign pe12_7__swap = swaps[24] | waking[1];
  assign pe12_8__swap = swaps[24] | waking[1];
  assign pe12_9__swap = swaps[24] | waking[1];
  assign pe12_10__swap = swaps[24] | waking[1];
  assign pe12_11__swap = swaps[24] | waking[1];
  assign pe12_12__swap = swaps[24] | waking[1];
  assign pe12_13__swap = swaps[24] | waking[1];
  assign pe12_14__swap = swaps[24] | waking[1];
  assign pe12_15__swap = swaps[24] | waking[1];
  assign n27 = load13 & control13_1[4];
  assign clear13 = n27 | waking[0];
  assign n28 = 1'h1 << control13_1[3:0];
  assign pe13_0__swap = swaps[26] | waking[1];
  assign pe13_1__swap = swaps[26] | waking[1];
  assign pe13_2__swap = swaps[26] | waking[1];
  assign pe13_3__swap = swaps[26] | waking[1];
  assign pe13_4__swap = swaps[26] | waking[1];
  assign pe13_5__swap = swaps[26] | waking[1];
  assign pe13_6__swap = swaps[26] | waking[1];
  assign pe13_7__swap = swaps[26] | waking[1];
  assign pe13_8__swap = swaps[26] | waking[1];
  assign pe13_9__swap = swaps[26] | waking[1];
  assign pe13_10__swap = swaps[26] | waking[1];
  assign pe13_11__swap = swaps[26] | waking[1];
  assign pe13_12__swap = swaps[26] | waking[1];
  assign pe13_13__swap = swaps[26] | waking[1];
  assign pe13_14__swap = swaps[26] | waking[1];
  assign pe13_15__swap = swaps[26] | waking[1];
  assign n29 = load14 & control14_1[4];
  assign clear14 = n29 | waking[0];
  assign n30 = 1'h1 << control14_1[3:0];
  assign pe14_0__swap = swaps[28] | waking[1];
  assign pe14_1__swap = swaps[28] | waking[1];
  assign pe14_2__swap = swaps[28] | waking[1];
  assign pe14_3__swap = swaps[28] | waking[1];
  assign pe14_4__swap = swaps[28] | waking[1];
  assign pe14_5__swap = swaps[28] | waking[1];
  assign pe14_6__swap = swaps[28] | waking[1];
  assign pe14_7__swap = swaps[28] | waking[1];
  assign pe14_8__swap = swaps[28] | waking[1];
  assign pe14_9__swap = swaps[28] | waking[1];
  assign pe14_10__swap = swaps[28] | waking[1];
  assign pe14_11__swap = swaps[28] | waking[1];
  assign pe14_12__swap = swaps[28] | waking[1];
  assign pe14_13__swap = swaps[28] | waking[1];
  assign pe14_14__swap = swaps[28] | waking[1];
  assign pe14_15__swap = swaps[28] | waking[1];
  assign n31 = load15 & control15_1[4];
  assign clear15 = n31 | waking[0];
  assign n32 = 1'h1 << control15_1[3:0];
  assign pe15_0__swap = swaps[30] | waking[1];
  assign pe15_1__swap = swaps[30] | waking[1];
  assign pe15_2__swap = swaps[30] | waking[1];
  assign pe15_3__swap = swaps[30] | waking[1];
  assign pe15_4__swap = swaps[30] | waking[1];
  assign pe15_5__swap = swaps[30] | waking[1];
  assign pe15_6__swap = swaps[30] | waking[1];
  assign pe15_7__swap = swaps[30] | waking[1];
  assign pe15_8__swap = swaps[30] | waking[1];
  assign pe15_9__swap = swaps[30] | waking[1];
  assign pe15_10__swap = swaps[30] | waking[1];
  assign pe15_11__swap = swaps[30] | waking[1];
  assign pe15_12__swap = swaps[30] | waking[1];
  assign pe15_13__swap = swaps[30] | waking[1];
  assign pe15_14__swap = swaps[30] | waking[1];
  assign pe15_15__swap = swaps[30] | waking[1];
  assign n35 = n33 | { 31'h00000000, n34 };
  always @(posedge clk)
    swaps <= n39;
  always @(posedge clk)
    valid_13 <= n40;
  always @(posedge clk)
    waking <= n41;
  always @(posedge clk)
    control0_0 <= n42;
  always @(posedge clk)
    control0_1 <= n43;
  always @(posedge clk)
    load0 <= n44;
  always @(posedge clk)
    control1_0 <= n45;
  always @(posedge clk)
    control1_1 <= n46;
  always @(posedge clk)
    load1 <= n47;
  always @(posedge clk)
    control2_0 <= n48;
  always @(posedge clk)
    control2_1 <= n49;
  always @(posedge clk)
    load2 <= n50;
  always @(posedge clk)
    control3_0 <= n51;
  always @(posedge clk)
    control3_1 <= n52;
  always @(posedge clk)
    load3 <= n53;
  always @(posedge clk)
    control4_0 <= n54;
  always @(posedge clk)
    control4_1 <= n55;
  always @(posedge clk)
    load4 <= n56;
  always @(posedge clk)
    control5_0 <= n57;
  always @(posedge clk)
    control5_1 <= n58;
  always @(posedge clk)
    load5 <= n59;
  always @(posedge clk)
    control6_0 <= n60;
  always @(posedge clk)
    control6_1 <= n61;
  always @(posedge clk)
    load6 <= n62;
  always @(posedge clk)
    control7_0 <= n63;
  always @(posedge clk)
    control7_1 <= n64;
  always @(posedge clk)
    load7 <= n65;
  always @(posedge clk)
    control8_0 <= n66;
  always @(posedge clk)
    control8_1 <= n67;
  always @(posedge clk)
    load8 <= n68;
  always @(posedge clk)
    control9_0 <= n69;
  always @(posedge clk)
    control9_1 <= n70;
  always @(posedge clk)
    load9 <= n71;
  always @(posedge clk)
    control10_0 <= n72;
  always @(posedge clk)
    control10_1 <= n73;
  always @(posedge clk)
    load10 <= n74;
  always @(posedge clk)
    control11_0 <= n75;
  always @(posedge clk)
    control11_1 <= n76;
  always @(posedge clk)
    load11 <= n77;
  always @(posedge clk)
    control12_0 <= n78;
  always @(posedge clk)
    control12_1 <= n79;
  always @(posedge clk)
    load12 <= n80;
  always @(posedge clk)
    control13_0 <= n81;
  always @(posedge clk)
    control13_1 <= n82;
  always @(posedge clk)
    load13 <= n83;
  always @(posedge clk)
    control14_0 <= n84;
  always @(posedge clk)
    control14_1 <= n85;
  always @(posedge clk)
    load14 <= n86;
  always @(posedge clk)
    control15_0 <= n87;
  always @(posedge clk)
    control15_1 <= n88;
  always @(posedge clk)
    load15 <= n89;
  assign n1 = load0 & control0_1[4];
  assign clear0 = n1 | waking[0];
  assign n2 = 1'h1 << control0_1[3:0];
  assign swap = swaps[0] | waking[1];
  assign pe0_1__swap = swaps[0] | waking[1];
  assign pe0_2__swap = swaps[0] | waking[1];
  assign pe0_3__swap = swaps[0] | waking[1];
  assign pe0_4__swap = swaps[0] | waking[1];
  assign pe0_5__swap = swaps[0] | waking[1];
  assign pe0_6__swap = swaps[0] | waking[1];
  reference_array_array_moving_edge moving_edge (
    .clk(clk),
    .raw(raw),
    .rows(rows),
    .rst(rst)
  );
  tn_pe pe0_0 (
    .clear(clear0),
    .clk(clk),
    .load(loads0[0]),
    .moving(rows[21:0]),
    .rst(rst),
    .stationary(stationary_edge__rows[21:0]),
    .sum_in(32'd0),
    .sum_out(pe0_0__sum_out),
    .swap(swap)
  );
  tn_pe pe0_1 (
    .clear(clear0),
    .clk(clk),
    .load(loads0[1]),
    .moving(rows[21:0]),
    .rst(rst),
    .stationary(stationary_edge__rows[21:0]),
    .sum_in(32'd0),
    .sum_out(pe0_1__sum_out),
    .swap(pe0_1__swap)
  );
  tn_pe pe0_10 (
    .clear(clear0),
    .clk(clk),
    .load(loads0[10]),
    .moving(rows[21:0]),
    .rst(rst),
    .stationary(stationary_edge__rows[21:0]),
    .sum_in(32'd0),
    .sum_out(pe0_10__sum_out),
    .swap(pe0_10__swap)
  );
  tn_pe pe0_11 (
    .clear(clear0),
    .clk(clk),
    .load(loads0[11]),
    .moving(rows[21:0]),
    .rst(rst),
    .stationary(stationary_edge__rows[21:0]),
    .sum_in(32'd0),
    .sum_out(pe0_11__sum_out),
    .swap(pe0_11__swap)
  );
  tn_pe pe0_12 (
    .clear(clear0),
    .clk(clk),
    .load(loads0[12]),
    .moving(rows[21:0]),
    .rst(rst),
    .stationary(stationary_edge__rows[21:0]),
    .sum_in(32'd0),
    .sum_out(pe0_12__sum_out),
    .swap(pe0_12__swap)
  );
  tn_pe pe0_13 (
    .clear(clear0),
    .clk(clk),
    .load(loads0[13]),
    .moving(rows[21:0]),
    .rst(rst),
    .stationary(stationary_edge__rows[21:0]),
    .sum_in(32'd0),
    .sum_out(pe0_13__sum_out),
    .swap(pe0_13__swap)
  );
  tn_pe pe0_14 (
    .clear(clear0),
    .clk(clk),
    .load(loads0[14]),
    .moving(rows[21:0]),
    .rst(rst),
    .stationary(stationary_edge__rows[21:0]),
    .sum_in(32'd0),
    .sum_out(pe0_14__sum_out),
    .swap(pe0_14__swap)
  );
  tn_pe pe0_15 (
    .clear(clear0),
    .clk(clk),
    .load(loads0[15]),
    .moving(rows[21:0]),
    .rst(rst),
    .stationary(stationary_edge__rows[21:0]),
    .sum_in(32'd0),
    .sum_out(pe0_15__sum_out),
    .swap(pe0_15__swap)
  );
  tn_pe pe0_2 (
    .clear(clear0),
    .clk(clk),
    .load(loads0[2]),
    .moving(rows[21:0]),
    .rst(rst),
    .stationary(stationary_edge__rows[21:0]),
    .sum_in(32'd0),
    .sum_out(pe0_2__sum_out),
    .swap(pe0_2__swap)
  );
  tn_pe pe0_3 (
    .clear(clear0),
    .clk(clk),
    .load(loads0[3]),
    .moving(rows[21:0]),
    .rst(rst),
    .stationary(stationary_edge__rows[21:0]),
    .sum_in(32'd0),
    .sum_out(pe0_3__sum_out),
    .swap(pe0_3__swap)
  );
  tn_pe pe0_4 (
    .clear(clear0),
    .clk(clk),
    .load(loads0[4]),
    .moving(rows[21:0]),
    .rst(rst),
    .stationary(stationary_edge__rows[21:0]),
    .sum_in(32'd0),
    .sum_out(pe0_4__sum_out),
    .swap(pe0_4__swap)
  );
  tn_pe pe0_5 (
    .clear(clear0),
    .clk(clk),
    .load(loads0[5]),
    .moving(rows[21:0]),
    .rst(rst),
    .stationary(stationary_edge__rows[21:0]),
    .sum_in(32'd0),
    .sum_out(pe0_5__sum_out),
    .swap(pe0_5__swap)
  );
  tn_pe pe0_6 (
    .clear(clear0),
    .clk(clk),
    .load(loads0[6]),
    .moving(rows[21:0]),
    .rst(rst),
    .stationary(stationary_edge__rows[21:0]),
    .sum_in(32'd0),
    .sum_out(pe0_6__sum_out),
    .swap(pe0_6__swap)
  );
  tn_pe pe0_7 (
    .clear(clear0),
    .clk(clk),
    .load(loads0[7]),
    .moving(rows[21:0]),
    .rst(rst),
    .stationary(stationary_edge__rows[21:0]),
    .sum_in(32'd0),
    .sum_out(pe0_7__sum_out),
    .swap(pe0_7__swap)
  );
  tn_pe pe0_8 (
    .clear(clear0),
    .clk(clk),
    .load(loads0[8]),
    .moving(rows[21:0]),
    .rst(rst),
    .stationary(stationary_edge__rows[21:0]),
    .sum_in(32'd0),
    .sum_out(pe0_8__sum_out),
    .swap(pe0_8__swap)
  );
  tn_pe pe0_9 (
    .clear(clear0),
    .clk(clk),
    .load(loads0[9]),
    .moving(rows[21:0]),
    .rst(rst),
    .stationary(stationary_edge__rows[21:0]),
    .sum_in(32'd0),
    .sum_out(pe0_9__sum_out),
    .swap(pe0_9__swap)
  );
  tn_pe pe10_0 (
    .clear(clear10),
    .clk(clk),
    .load(loads10[0]),
    .moving(rows[241:220]),
    .rst(rst),
    .stationary(stationary_edge__rows[241:220]),
    .sum_in(pe10_0__sum_in),
    .sum_out(pe10_0__sum_out),
    .swap(pe10_0__swap)
  );
  tn_pe pe10_1 (
    .clear(clear10),
    .clk(clk),
    .load(loads10[1]),
    .moving(rows[241:220]),
    .rst(rst),
    .stationary(stationary_edge__rows[241:220]),
    .sum_in(pe10_1__sum_in),
    .sum_out(pe10_1__sum_out),
    .swap(pe10_1__swap)
  );
  tn_pe pe10_10 (
    .clear(clear10),
    .clk(clk),
    .load(loads10[10]),
    .moving(rows[241:220]),
    .rst(rst),
    .stationary(stationary_edge__rows[241:220]),
    .sum_in(pe10_10__sum_in),
    .sum_out(pe10_10__sum_out),
    .swap(pe10_10__swap)
  );
  tn_pe pe10_11 (
    .clear(clear10),
    .clk(clk),
    .load(loads10[11]),
    .moving(rows[241:220]),
    .rst(rst),
    .stationary(stationary_edge__rows[241:220]),
    .sum_in(pe10_11__sum_in),
    .sum_out(pe10_11__sum_out),
    .swap(pe10_11__swap)
  );
  tn_pe pe10_12 (
    .clear(clear10),
    .clk(clk),
    .load(loads10[12]),
    .moving(rows[241:220]),
    .rst(rst),
    .stationary(stationary_edge__rows[241:220]),
    .sum_in(pe10_12__sum_in),
    .sum_out(pe10_12__sum_out),
    .swap(pe10_12__swap)
  );
  tn_pe pe10_13 (
    .clear(clear10),
    .clk(clk),
    .load(loads10[13]),
    .moving(rows[241:220]),
    .rst(rst),
    .stationary(stationary_edge__rows[241:220]),
    .sum_in(pe10_13__sum_in),
    .sum_out(pe10_13__sum_out),
    .swap(pe10_13__swap)
  );
  tn_pe pe10_14 (
    .clear(clear10),
    .clk(clk),
    .load(loads10[14]),
    .moving(rows[241:220]),
    .rst(rst),
    .stationary(stationary_edge__rows[241:220]),
    .sum_in(pe10_14__sum_in),
    .sum_out(pe10_14__sum_out),
    .swap(pe10_14__swap)
  );
  tn_pe pe10_15 (
    .clear(clear10),
    .clk(clk),
    .load(loads10[15]),
    .moving(rows[241:220]),
    .rst(rst),
    .stationary(stationary_edge__rows[241:220]),
    .sum_in(pe10_15__sum_in),
    .sum_out(pe10_15__sum_out),
    .swap(pe10_15__swap)
  );
  tn_pe pe10_2 (
    .clear(clear10),
    .clk(clk),
    .load(loads10[2]),
    .moving(rows[241:220]),
    .rst(rst),
    .stationary(stationary_edge__rows[241:220]),
    .sum_in(pe10_2__sum_in),
    .sum_out(pe10_2__sum_out),
    .swap(pe10_2__swap)
  );
  tn_pe pe10_3 (
    .clear(clear10),
    .clk(clk),
    .load(loads10[3]),
    .moving(rows[241:220]),
    .rst(rst),
    .stationary(stationary_edge__rows[241:220]),
    .sum_in(pe10_3__sum_in),
    .sum_out(pe10_3__sum_out),
    .swap(pe10_3__swap)
  );
  tn_pe pe10_4 (
    .clear(clear10),
    .clk(clk),
    .load(loads10[4]),
    .moving(rows[241:220]),
    .rst(rst),
    .stationary(stationary_edge__rows[241:220]),
    .sum_in(pe10_4__sum_in),
    .sum_out(pe10_4__sum_out),
    .swap(pe10_4__swap)
  );
  tn_pe pe10_5 (
    .clear(clear10),
    .clk(clk),
    .load(loads10[5]),
    .moving(rows[241:220]),
    .rst(rst),
    .stationary(stationary_edge__rows[241:220]),
    .sum_in(pe10_5__sum_in),
    .sum_out(pe10_5__sum_out),
    .swap(pe10_5__swap)
  );
  tn_pe pe10_6 (
    .clear(clear10),
    .clk(clk),
    .load(loads10[6]),
    .moving(rows[241:220]),
    .rst(rst),
    .stationary(stationary_edge__rows[241:220]),
    .sum_in(pe10_6__sum_in),
    .sum_out(pe10_6__sum_out),
    .swap(pe10_6__swap)
  );
  tn_pe pe10_7 (
    .clear(clear10),
    .clk(clk),
    .load(loads10[7]),
    .moving(rows[241:220]),
    .rst(rst),
    .stationary(stationary_edge__rows[241:220]),
    .sum_in(pe10_7__sum_in),
    .sum_out(pe10_7__sum_out),
    .swap(pe10_7__swap)
  );
  tn_pe pe10_8 (
    .clear(clear10),
    .clk(clk),
    .load(loads10[8]),
    .moving(rows[241:220]),
    .rst(rst),
    .stationary(stationary_edge__rows[241:220]),
    .sum_in(pe10_8__sum_in),
    .sum_out(pe10_8__sum_out),
    .swap(pe10_8__swap)
  );
  tn_pe pe10_9 (
    .clear(clear10),
    .clk(clk),
    .load(loads10[9]),
    .moving(rows[241:220]),
    .rst(rst),
    .stationary(stationary_edge__rows[241:220]),
    .sum_in(pe10_9__sum_in),
    .sum_out(pe10_9__sum_out),
    .swap(pe10_9__swap)
  );
  tn_pe pe11_0 (
    .clear(clear11),
    .clk(clk),
    .load(loads11[0]),
    .moving(rows[263:242]),
    .rst(rst),
    .stationary(stationary_edge__rows[263:242]),
    .sum_in(pe10_0__sum_out),
    .sum_out(pe11_0__sum_out),
    .swap(pe11_0__swap)
  );
  tn_pe pe11_1 (
    .clear(clear11),
    .clk(clk),
    .load(loads11[1]),
    .moving(rows[263:242]),
    .rst(rst),
    .stationary(stationary_edge__rows[263:242]),
    .sum_in(pe10_1__sum_out),
    .sum_out(pe11_1__sum_out),
    .swap(pe11_1__swap)
  );
  tn_pe pe11_10 (
    .clear(clear11),
    .clk(clk),
    .load(loads11[10]),
    .moving(rows[263:242]),
    .rst(rst),
    .stationary(stationary_edge__rows[263:242]),
    .sum_in(pe10_10__sum_out),
    .sum_out(pe11_10__sum_out),
    .swap(pe11_10__swap)
  );
  tn_pe pe11_11 (
    .clear(clear11),
    .clk(clk),
    .load(loads11[11]),
    .moving(rows[263:242]),
    .rst(rst),
    .stationary(stationary_edge__rows[263:242]),
    .sum_in(pe10_11__sum_out),
    .sum_out(pe11_11__sum_out),
    .swap(pe11_11__swap)
  );
  tn_pe pe11_12 (
    .clear(clear11),
    .clk(clk),
    .load(loads11[12]),
    .moving(rows[263:242]),
    .rst(rst),
    .stationary(stationary_edge__rows[263:242]),
    .sum_in(pe10_12__sum_out),
    .sum_out(pe11_12__sum_out),
    .swap(pe11_12__swap)
  );
  tn_pe pe11_13 (
    .clear(clear11),
    .clk(clk),
    .load(loads11[13]),
    .moving(rows[263:242]),
    .rst(rst),
    .stationary(stationary_edge__rows[263:242]),
    .sum_in(pe10_13__sum_out),
    .sum_out(pe11_13__sum_out),
    .swap(pe11_13__swap)
  );
  tn_pe pe11_14 (
    .clear(clear11),
    .clk(clk),
    .load(loads11[14]),
    .moving(rows[263:242]),
    .rst(rst),
    .stationary(stationary_edge__rows[263:242]),
    .sum_in(pe10_14__sum_out),
    .sum_out(pe11_14__sum_out),
    .swap(pe11_14__swap)
  );
  tn_pe pe11_15 (
    .clear(clear11),
    .clk(clk),
    .load(loads11[15]),
    .moving(rows[263:242]),
    .rst(rst),
    .stationary(stationary_edge__rows[263:242]),
    .sum_in(pe10_15__sum_out),
    .sum_out(pe11_15__sum_out),
    .swap(pe11_15__swap)
  );
  tn_pe pe11_2 (
    .clear(clear11),
    .clk(clk),
    .load(loads11[2]),
    .moving(rows[263:242]),
    .rst(rst),
    .stationary(stationary_edge__rows[263:242]),
    .sum_in(pe10_2__sum_out),
    .sum_out(pe11_2__sum_out),
    .swap(pe11_2__swap)
  );
  tn_pe pe11_3 (
    .clear(clear11),
    .clk(clk),
    .load(loads11[3]),
    .moving(rows[263:242]),
    .rst(rst),
    .stationary(stationary_edge__rows[263:242]),
    .sum_in(pe10_3__sum_out),
    .sum_out(pe11_3__sum_out),
    .swap(pe11_3__swap)
  );
  tn_pe pe11_4 (
    .clear(clear11),
    .clk(clk),
    .load(loads11[4]),
    .moving(rows[263:242]),
    .rst(rst),
    .stationary(stationary_edge__rows[263:242]),
    .sum_in(pe10_4__sum_out),
    .sum_out(pe11_4__sum_out),
    .swap(pe11_4__swap)
  );
  tn_pe pe11_5 (
    .clear(clear11),
    .clk(clk),
    .load(loads11[5]),
    .moving(rows[263:242]),
    .rst(rst),
    .stationary(stationary_edge__rows[263:242]),
    .sum_in(pe10_5__sum_out),
    .sum_out(pe11_5__sum_out),
    .swap(pe11_5__swap)
  );
  tn_pe pe11_6 (
    .clear(clear11),
    .clk(clk),
    .load(loads11[6]),
    .moving(rows[263:242]),
    .rst(rst),
    .stationary(stationary_edge__rows[263:242]),
    .sum_in(pe10_6__sum_out),
    .sum_out(pe11_6__sum_out),
    .swap(pe11_6__swap)
  );
  tn_pe pe11_7 (
    .clear(clear11),
    .clk(clk),
    .load(loads11[7]),
    .moving(rows[263:242]),
    .rst(rst),
    .stationary(stationary_edge__rows[263:242]),
    .sum_in(pe10_7__sum_out),
    .sum_out(pe11_7__sum_out),
    .swap(pe11_7__swap)
  );
  tn_pe pe11_8 (
    .clear(clear11),
    .clk(clk),
    .load(loads11[8]),
    .moving(rows[263:242]),
    .rst(rst),
    .stationary(stationary_edge__rows[263:242]),
    .sum_in(pe10_8__sum_out),
    .sum_out(pe11_8__sum_out),
    .swap(pe11_8__swap)
  );
  tn_pe pe11_9 (
    .clear(clear11),
    .clk(clk),
    .load(loads11[9]),
    .moving(rows[263:242]),
    .rst(rst),
    .stationary(stationary_edge__rows[263:242]),
    .sum_in(pe10_9__sum_out),
    .sum_out(pe11_9__sum_out),
    .swap(pe11_9__swap)
  );
  tn_pe pe12_0 (
    .clear(clear12),
    .clk(clk),
    .load(loads12[0]),
    .moving(rows[285:264]),
    .rst(rst),
    .stationary(stationary_edge__rows[285:264]),
    .sum_in(pe11_0__sum_out),
    .sum_out(pe12_0__sum_out),
    .swap(pe12_0__swap)
  );
  tn_pe pe12_1 (
    .clear(clear12),
    .clk(clk),
    .load(loads12[1]),
    .moving(rows[285:264]),
    .rst(rst),
    .stationary(stationary_edge__rows[285:264]),
    .sum_in(pe11_1__sum_out),
    .sum_out(pe12_1__sum_out),
    .swap(pe12_1__swap)
  );
  tn_pe pe12_10 (
    .clear(clear12),
    .clk(clk),
    .load(loads12[10]),
    .moving(rows[285:264]),
    .rst(rst),
    .stationary(stationary_edge__rows[285:264]),
    .sum_in(pe11_10__sum_out),
    .sum_out(pe12_10__sum_out),
    .swap(pe12_10__swap)
  );
  tn_pe pe12_11 (
    .clear(clear12),
    .clk(clk),
    .load(loads12[11]),
    .moving(rows[285:264]),
    .rst(rst),
    .stationary(stationary_edge__rows[285:264]),
    .sum_in(pe11_11__sum_out),
    .sum_out(pe12_11__sum_out),
    .swap(pe12_11__swap)
  );
  tn_pe pe12_12 (
    .clear(clear12),
    .clk(clk),
    .load(loads12[12]),
    .moving(rows[285:264]),
    .rst(rst),
    .stationary(stationary_edge__rows[285:264]),
    .sum_in(pe11_12__sum_out),
    .sum_out(pe12_12__sum_out),
    .swap(pe12_12__swap)
  );
  tn_pe pe12_13 (
    .clear(clear12),
    .clk(clk),
    .load(loads12[13]),
    .moving(rows[285:264]),
    .rst(rst),
    .stationary(stationary_edge__rows[285:264]),
    .sum_in(pe11_13__sum_out),
    .sum_out(pe12_13__sum_out),
    .swap(pe12_13__swap)
  );
  tn_pe pe12_14 (
    .clear(clear12),
    .clk(clk),
    .load(loads12[14]),
    .moving(rows[285:264]),
    .rst(rst),
    .stationary(stationary_edge__rows[285:264]),
    .sum_in(pe11_14__sum_out),
    .sum_out(pe12_14__sum_out),
    .swap(pe12_14__swap)
  );
  tn_pe pe12_15 (
    .clear(clear12),
    .clk(clk),
    .load(loads12[15]),
    .moving(rows[285:264]),
    .rst(rst),
    .stationary(stationary_edge__rows[285:264]),
    .sum_in(pe11_15__sum_out),
    .sum_out(pe12_15__sum_out),
    .swap(pe12_15__swap)
  );
  tn_pe pe12_2 (
    .clear(clear12),
    .clk(clk),
    .load(loads12[2]),
    .moving(rows[285:264]),
    .rst(rst),
    .stationary(stationary_edge__rows[285:264]),
    .sum_in(pe11_2__sum_out),
    .sum_out(pe12_2__sum_out),
    .swap(pe12_2__swap)
  );
  tn_pe pe12_3 (
    .clear(clear12),
    .clk(clk),
    .load(loads12[3]),
    .moving(rows[285:264]),
    .rst(rst),
    .stationary(stationary_edge__rows[285:264]),
    .sum_in(pe11_3__sum_out),
    .sum_out(pe12_3__sum_out),
    .swap(pe12_3__swap)
  );
  tn_pe pe12_4 (
    .clear(clear12),
    .clk(clk),
    .load(loads12[4]),
    .moving(rows[285:264]),
    .rst(rst),
    .stationary(stationary_edge__rows[285:264]),
    .sum_in(pe11_4__sum_out),
    .sum_out(pe12_4__sum_out),
    .swap(pe12_4__swap)
  );
  tn_pe pe12_5 (
    .clear(clear12),
    .clk(clk),
    .load(loads12[5]),
    .moving(rows[285:264]),
    .rst(rst),
    .stationary(stationary_edge__rows[285:264]),
    .sum_in(pe11_5__sum_out),
    .sum_out(pe12_5__sum_out),
    .swap(pe12_5__swap)
  );
  tn_pe pe12_6 (
    .clear(clear12),
    .clk(clk),
    .load(loads12[6]),
    .moving(rows[285:264]),
    .rst(rst),
    .stationary(stationary_edge__rows[285:264]),
    .sum_in(pe11_6__sum_out),
    .sum_out(pe12_6__sum_out),
    .swap(pe12_6__swap)
  );
  tn_pe pe12_7 (
    .clear(clear12),
    .clk(clk),
    .load(loads12[7]),
    .moving(rows[285:264]),
    .rst(rst),
    .stationary(stationary_edge__rows[285:264]),
    .sum_in(pe11_7__sum_out),
    .sum_out(pe12_7__sum_out),
    .swap(pe12_7__swap)
  );
  tn_pe pe12_8 (
    .clear(clear12),
    .clk(clk),
    .load(loads12[8]),
    .moving(rows[285:264]),
    .rst(rst),
    .stationary(stationary_edge__rows[285:264]),
    .sum_in(pe11_8__sum_out),
    .sum_out(pe12_8__sum_out),
    .swap(pe12_8__swap)
  );
  tn_pe pe12_9 (
    .clear(clear12),
    .clk(clk),
    .load(loads12[9]),
    .moving(rows[285:264]),
    .rst(rst),
    .stationary(stationary_edge__rows[285:264]),
    .sum_in(pe11_9__sum_out),
    .sum_out(pe12_9__sum_out),
    .swap(pe12_9__swap)
  );
  tn_pe pe13_0 (
    .clear(clear13),
    .clk(clk),
    .load(loads13[0]),
    .moving(rows[307:286]),
    .rst(rst),
    .stationary(stationary_edge__rows[307:286]),
    .sum_in(pe12_0__sum_out),
    .sum_out(pe13_0__sum_out),
    .swap(pe13_0__swap)
  );
  tn_pe pe13_1 (
    .clear(clear13),
    .clk(clk),
    .load(loads13[1]),
    .moving(rows[307:286]),
    .rst(rst),
    .stationary(stationary_edge__rows[307:286]),
    .sum_in(pe12_1__sum_out),
    .sum_out(pe13_1__sum_out),
    .swap(pe13_1__swap)
  );
  tn_pe pe13_10 (
    .clear(clear13),
    .clk(clk),
    .load(loads13[10]),
    .moving(rows[307:286]),
    .rst(rst),
    .stationary(stationary_edge__rows[307:286]),
    .sum_in(pe12_10__sum_out),
    .sum_out(pe13_10__sum_out),
    .swap(pe13_10__swap)
  );
  tn_pe pe13_11 (
    .clear(clear13),
    .clk(clk),
    .load(loads13[11]),
    .moving(rows[307:286]),
    .rst(rst),
    .stationary(stationary_edge__rows[307:286]),
    .sum_in(pe12_11__sum_out),
    .sum_out(pe13_11__sum_out),
    .swap(pe13_11__swap)
  );
  tn_pe pe13_12 (
    .clear(clear13),
    .clk(clk),
    .load(loads13[12]),
    .moving(rows[307:286]),
    .rst(rst),
    .stationary(stationary_edge__rows[307:286]),
    .sum_in(pe12_12__sum_out),
    .sum_out(pe13_12__sum_out),
    .swap(pe13_12__swap)
  );
  tn_pe pe13_13 (
    .clear(clear13),
    .clk(clk),
    .load(loads13[13]),
    .moving(rows[307:286]),
    .rst(rst),
    .stationary(stationary_edge__rows[307:286]),
    .sum_in(pe12_13__sum_out),
    .sum_out(pe13_13__sum_out),
    .swap(pe13_13__swap)
  );
  tn_pe pe13_14 (
    .clear(clear13),
    .clk(clk),
    .load(loads13[14]),
    .moving(rows[307:286]),
    .rst(rst),
    .stationary(stationary_edge__rows[307:286]),
    .sum_in(pe12_14__sum_out),
    .sum_out(pe13_14__sum_out),
    .swap(pe13_14__swap)
  );
  tn_pe pe13_15 (
    .clear(clear13),
    .clk(clk),
    .load(loads13[15]),
    .moving(rows[307:286]),
    .rst(rst),
    .stationary(stationary_edge__rows[307:286]),
    .sum_in(pe12_15__sum_out),
    .sum_out(pe13_15__sum_out),
    .swap(pe13_15__swap)
  );
  tn_pe pe13_2 (
    .clear(clear13),
    .clk(clk),
    .load(loads13[2]),
    .moving(rows[307:286]),
    .rst(rst),
    .stationary(stationary_edge__rows[307:286]),
    .sum_in(pe12_2__sum_out),
    .sum_out(pe13_2__sum_out),
    .swap(pe13_2__swap)
  );
  tn_pe pe13_3 (
    .clear(clear13),
    .clk(clk),
    .load(loads13[3]),
    .moving(rows[307:286]),
    .rst(rst),
    .stationary(stationary_edge__rows[307:286]),
    .sum_in(pe12_3__sum_out),
    .sum_out(pe13_3__sum_out),
    .swap(pe13_3__swap)
  );
  tn_pe pe13_4 (
    .clear(clear13),
    .clk(clk),
    .load(loads13[4]),
    .moving(rows[307:286]),
    .rst(rst),
    .stationary(stationary_edge__rows[307:286]),
    .sum_in(pe12_4__sum_out),
    .sum_out(pe13_4__sum_out),
    .swap(pe13_4__swap)
  );
  tn_pe pe13_5 (
    .clear(clear13),
    .clk(clk),
    .load(loads13[5]),
    .moving(rows[307:286]),
    .rst(rst),
    .stationary(stationary_edge__rows[307:286]),
    .sum_in(pe12_5__sum_out),
    .sum_out(pe13_5__sum_out),
    .swap(pe13_5__swap)
  );
  tn_pe pe13_6 (
    .clear(clear13),
    .clk(clk),
    .load(loads13[6]),
    .moving(rows[307:286]),
    .rst(rst),
    .stationary(stationary_edge__rows[307:286]),
    .sum_in(pe12_6__sum_out),
    .sum_out(pe13_6__sum_out),
    .swap(pe13_6__swap)
  );
  tn_pe pe13_7 (
    .clear(clear13),
    .clk(clk),
    .load(loads13[7]),
    .moving(rows[307:286]),
    .rst(rst),
    .stationary(stationary_edge__rows[307:286]),
    .sum_in(pe12_7__sum_out),
    .sum_out(pe13_7__sum_out),
    .swap(pe13_7__swap)
  );
  tn_pe pe13_8 (
    .clear(clear13),
    .clk(clk),
    .load(loads13[8]),
    .moving(rows[307:286]),
    .rst(rst),
    .stationary(stationary_edge__rows[307:286]),
    .sum_in(pe12_8__sum_out),
    .sum_out(pe13_8__sum_out),
    .swap(pe13_8__swap)
  );
  tn_pe pe13_9 (
    .clear(clear13),
    .clk(clk),
    .load(loads13[9]),
    .moving(rows[307:286]),
    .rst(rst),
    .stationary(stationary_edge__rows[307:286]),
    .sum_in(pe12_9__sum_out),
    .sum_out(pe13_9__sum_out),
    .swap(pe13_9__swap)
  );
  tn_pe pe14_0 (
    .clear(clear14),
    .clk(clk),
    .load(loads14[0]),
    .moving(rows[329:308]),
    .rst(rst),
    .stationary(stationary_edge__rows[329:308]),
    .sum_in(pe13_0__sum_out),
    .sum_out(pe14_0__sum_out),
    .swap(pe14_0__swap)
  );
  tn_pe pe14_1 (
    .clear(clear14),
    .clk(clk),
    .load(loads14[1]),
    .moving(rows[329:308]),
    .rst(rst),
    .stationary(stationary_edge__rows[329:308]),
    .sum_in(pe13_1__sum_out),
    .sum_out(pe14_1__sum_out),
    .swap(pe14_1__swap)
  );
  tn_pe pe14_10 (
    .clear(clear14),
    .clk(clk),
    .load(loads14[10]),
    .moving(rows[329:308]),
    .rst(rst),
    .stationary(stationary_edge__rows[329:308]),
    .sum_in(pe13_10__sum_out),
    .sum_out(pe14_10__sum_out),
    .swap(pe14_10__swap)
  );
  tn_pe pe14_11 (
    .clear(clear14),
    .clk(clk),
    .load(loads14[11]),
    .moving(rows[329:308]),
    .rst(rst),
    .stationary(stationary_edge__rows[329:308]),
    .sum_in(pe13_11__sum_out),
    .sum_out(pe14_11__sum_out),
    .swap(pe14_11__swap)
  );
  tn_pe pe14_12 (
    .clear(clear14),
    .clk(clk),
    .load(loads14[12]),
    .moving(rows[329:308]),
    .rst(rst),
    .stationary(stationary_edge__rows[329:308]),
    .sum_in(pe13_12__sum_out),
    .sum_out(pe14_12__sum_out),
    .swap(pe14_12__swap)
  );
  tn_pe pe14_13 (
    .clear(clear14),
    .clk(clk),
    .load(loads14[13]),
    .moving(rows[329:308]),
    .rst(rst),
    .stationary(stationary_edge__rows[329:308]),
    .sum_in(pe13_13__sum_out),
    .sum_out(pe14_13__sum_out),
    .swap(pe14_13__swap)
  );
  tn_pe pe14_14 (
    .clear(clear14),
    .clk(clk),
    .load(loads14[14]),
    .moving(rows[329:308]),
    .rst(rst),
    .stationary(stationary_edge__rows[329:308]),
    .sum_in(pe13_14__sum_out),
    .sum_out(pe14_14__sum_out),
    .swap(pe14_14__swap)
  );
  tn_pe pe14_15 (
    .clear(clear14),
    .clk(clk),
    .load(loads14[15]),
    .moving(rows[329:308]),
    .rst(rst),
    .stationary(stationary_edge__rows[329:308]),
    .sum_in(pe13_15__sum_out),
    .sum_out(pe14_15__sum_out),
    .swap(pe14_15__swap)
  );
  tn_pe pe14_2 (
    .clear(clear14),
    .clk(clk),
    .load(loads14[2]),
    .moving(rows[329:308]),
    .rst(rst),
    .stationary(stationary_edge__rows[329:308]),
    .sum_in(pe13_2__sum_out),
    .sum_out(pe14_2__sum_out),
    .swap(pe14_2__swap)
  );
  tn_pe pe14_3 (
    .clear(clear14),
    .clk(clk),
    .load(loads14[3]),
    .moving(rows[329:308]),
    .rst(rst),
    .stationary(stationary_edge__rows[329:308]),
    .sum_in(pe13_3__sum_out),
    .sum_out(pe14_3__sum_out),
    .swap(pe14_3__swap)
  );
  tn_pe pe14_4 (
    .clear(clear14),
    .clk(clk),
    .load(loads14[4]),
    .moving(rows[329:308]),
    .rst(rst),
    .stationary(stationary_edge__rows[329:308]),
    .sum_in(pe13_4__sum_out),
    .sum_out(pe14_4__sum_out),
    .swap(pe14_4__swap)
  );
  tn_pe pe14_5 (
    .clear(clear14),
    .clk(clk),
    .load(loads14[5]),
    .moving(rows[329:308]),
    .rst(rst),
    .stationary(stationary_edge__rows[329:308]),
    .sum_in(pe13_5__sum_out),
    .sum_out(pe14_5__sum_out),
    .swap(pe14_5__swap)
  );
  tn_pe pe14_6 (
    .clear(clear14),
    .clk(clk),
    .load(loads14[6]),
    .moving(rows[329:308]),
    .rst(rst),
    .stationary(stationary_edge__rows[329:308]),
    .sum_in(pe13_6__sum_out),
    .sum_out(pe14_6__sum_out),
    .swap(pe14_6__swap)
  );
  tn_pe pe14_7 (
    .clear(clear14),
    .clk(clk),
    .load(loads14[7]),
    .moving(rows[329:308]),
    .rst(rst),
    .stationary(stationary_edge__rows[329:308]),
    .sum_in(pe13_7__sum_out),
    .sum_out(pe14_7__sum_out),
    .swap(pe14_7__swap)
  );
  tn_pe pe14_8 (
    .clear(clear14),
    .clk(clk),
    .load(loads14[8]),
    .moving(rows[329:308]),
    .rst(rst),
    .stationary(stationary_edge__rows[329:308]),
    .sum_in(pe13_8__sum_out),
    .sum_out(pe14_8__sum_out),
    .swap(pe14_8__swap)
  );
  tn_pe pe14_9 (
    .clear(clear14),
    .clk(clk),
    .load(loads14[9]),
    .moving(rows[329:308]),
    .rst(rst),
    .stationary(stationary_edge__rows[329:308]),
    .sum_in(pe13_9__sum_out),
    .sum_out(pe14_9__sum_out),
    .swap(pe14_9__swap)
  );
  tn_pe pe15_0 (
    .clear(clear15),
    .clk(clk),
    .load(loads15[0]),
    .moving(rows[351:330]),
    .rst(rst),
    .stationary(stationary_edge__rows[351:330]),
    .sum_in(pe14_0__sum_out),
    .sum_out(pe15_0__sum_out),
    .swap(pe15_0__swap)
  );
  tn_pe pe15_1 (
    .clear(clear15),
    .clk(clk),
    .load(loads15[1]),
    .moving(rows[351:330]),
    .rst(rst),
    .stationary(stationary_edge__rows[351:330]),
    .sum_in(pe14_1__sum_out),
    .sum_out(pe15_1__sum_out),
    .swap(pe15_1__swap)
  );
  tn_pe pe15_10 (
    .clear(clear15),
    .clk(clk),
    .load(loads15[10]),
    .moving(rows[351:330]),
    .rst(rst),
    .stationary(stationary_edge__rows[351:330]),
    .sum_in(pe14_10__sum_out),
    .sum_out(pe15_10__sum_out),
    .swap(pe15_10__swap)
  );
  tn_pe pe15_11 (
    .clear(clear15),
    .clk(clk),
    .load(loads15[11]),
    .moving(rows[351:330]),
    .rst(rst),
    .stationary(stationary_edge__rows[351:330]),
    .sum_in(pe14_11__sum_out),
    .sum_out(pe15_11__sum_out),
    .swap(pe15_11__swap)
  );
  tn_pe pe15_12 (
    .clear(clear15),
    .clk(clk),
    .load(loads15[12]),
    .moving(rows[351:330]),
    .rst(rst),
    .stationary(stationary_edge__rows[351:330]),
    .sum_in(pe14_12__sum_out),
    .sum_out(pe15_12__sum_out),
    .swap(pe15_12__swap)
  );
  tn_pe pe15_13 (
    .clear(clear15),
    .clk(clk),
    .load(loads15[13]),
    .moving(rows[351:330]),
    .rst(rst),
    .stationary(stationary_edge__rows[351:330]),
    .sum_in(pe14_13__sum_out),
    .sum_out(pe15_13__sum_out),
    .swap(pe15_13__swap)
  );
  tn_pe pe15_14 (
    .clear(clear15),
    .clk(clk),
    .load(loads15[14]),
    .moving(rows[351:330]),
    .rst(rst),
    .stationary(stationary_edge__rows[351:330]),
    .sum_in(pe14_14__sum_out),
    .sum_out(pe15_14__sum_out),
    .swap(pe15_14__swap)
  );
  tn_pe pe15_15 (
    .clear(clear15),
    .clk(clk),
    .load(loads15[15]),
    .moving(rows[351:330]),
    .rst(rst),
    .stationary(stationary_edge__rows[351:330]),
    .sum_in(pe14_15__sum_out),
    .sum_out(pe15_15__sum_out),
    .swap(pe15_15__swap)
  );
  tn_pe pe15_2 (
    .clear(clear15),
    .clk(clk),
    .load(loads15[2]),
    .moving(rows[351:330]),
    .rst(rst),
    .stationary(stationary_edge__rows[351:330]),
    .sum_in(pe14_2__sum_out),
    .sum_out(pe15_2__sum_out),
    .swap(pe15_2__swap)
  );
  tn_pe pe15_3 (
    .clear(clear15),
    .clk(clk),
    .load(loads15[3]),
    .moving(rows[351:330]),
    .rst(rst),
    .stationary(stationary_edge__rows[351:330]),
    .sum_in(pe14_3__sum_out),
    .sum_out(pe15_3__sum_out),
    .swap(pe15_3__swap)
  );
  tn_pe pe15_4 (
    .clear(clear15),
    .clk(clk),
    .load(loads15[4]),
    .moving(rows[351:330]),
    .rst(rst),
    .stationary(stationary_edge__rows[351:330]),
    .sum_in(pe14_4__sum_out),
    .sum_out(pe15_4__sum_out),
    .swap(pe15_4__swap)
  );
  tn_pe pe15_5 (
    .clear(clear15),
    .clk(clk),
    .load(loads15[5]),
    .moving(rows[351:330]),
    .rst(rst),
    .stationary(stationary_edge__rows[351:330]),
    .sum_in(pe14_5__sum_out),
    .sum_out(pe15_5__sum_out),
    .swap(pe15_5__swap)
  );
  tn_pe pe15_6 (
    .clear(clear15),
    .clk(clk),
    .load(loads15[6]),
    .moving(rows[351:330]),
    .rst(rst),
    .stationary(stationary_edge__rows[351:330]),
    .sum_in(pe14_6__sum_out),
    .sum_out(pe15_6__sum_out),
    .swap(pe15_6__swap)
  );
  tn_pe pe15_7 (
    .clear(clear15),
    .clk(clk),
    .load(loads15[7]),
    .moving(rows[351:330]),
    .rst(rst),
    .stationary(stationary_edge__rows[351:330]),
    .sum_in(pe14_7__sum_out),
    .sum_out(pe15_7__sum_out),
    .swap(pe15_7__swap)
  );
  tn_pe pe15_8 (
    .clear(clear15),
    .clk(clk),
    .load(loads15[8]),
    .moving(rows[351:330]),
    .rst(rst),
    .stationary(stationary_edge__rows[351:330]),
    .sum_in(pe14_8__sum_out),
    .sum_out(pe15_8__sum_out),
    .swap(pe15_8__swap)
  );
  tn_pe pe15_9 (
    .clear(clear15),
    .clk(clk),
    .load(loads15[9]),
    .moving(rows[351:330]),
    .rst(rst),
    .stationary(stationary_edge__rows[351:330]),
    .sum_in(pe14_9__sum_out),
    .sum_out(pe15_9__sum_out),
    .swap(pe15_9__swap)
  );
  tn_pe pe1_0 (
    .clear(clear1),
    .clk(clk),
    .load(loads1[0]),
    .moving(rows[43:22]),
    .rst(rst),
    .stationary(stationary_edge__rows[43:22]),
    .sum_in(pe0_0__sum_out),
    .sum_out(pe1_0__sum_out),
    .swap(pe1_0__swap)
  );
  tn_pe pe1_1 (
    .clear(clear1),
    .clk(clk),
    .load(loads1[1]),
    .moving(rows[43:22]),
    .rst(rst),
    .stationary(stationary_edge__rows[43:22]),
    .sum_in(pe0_1__sum_out),
    .sum_out(pe1_1__sum_out),
    .swap(pe1_1__swap)
  );
  tn_pe pe1_10 (
    .clear(clear1),
    .clk(clk),
    .load(loads1[10]),
    .moving(rows[43:22]),
    .rst(rst),
    .stationary(stationary_edge__rows[43:22]),
    .sum_in(pe0_10__sum_out),
    .sum_out(pe1_10__sum_out),
    .swap(pe1_10__swap)
  );
  tn_pe pe1_11 (
    .clear(clear1),
    .clk(clk),
    .load(loads1[11]),
    .moving(rows[43:22]),
    .rst(rst),
    .stationary(stationary_edge__rows[43:22]),
    .sum_in(pe0_11__sum_out),
    .sum_out(pe1_11__sum_out),
    .swap(pe1_11__swap)
  );
  tn_pe pe1_12 (
    .clear(clear1),
    .clk(clk),
    .load(loads1[12]),
    .moving(rows[43:22]),
    .rst(rst),
    .stationary(stationary_edge__rows[43:22]),
    .sum_in(pe0_12__sum_out),
    .sum_out(pe1_12__sum_out),
    .swap(pe1_12__swap)
  );
  tn_pe pe1_13 (
    .clear(clear1),
    .clk(clk),
    .load(loads1[13]),
    .moving(rows[43:22]),
    .rst(rst),
    .stationary(stationary_edge__rows[43:22]),
    .sum_in(pe0_13__sum_out),
    .sum_out(pe1_13__sum_out),
    .swap(pe1_13__swap)
  );
  tn_pe pe1_14 (
    .clear(clear1),
    .clk(clk),
    .load(loads1[14]),
    .moving(rows[43:22]),
    .rst(rst),
    .stationary(stationary_edge__rows[43:22]),
    .sum_in(pe0_14__sum_out),
    .sum_out(pe1_14__sum_out),
    .swap(pe1_14__swap)
  );
  tn_pe pe1_15 (
    .clear(clear1),
    .clk(clk),
    .load(loads1[15]),
    .moving(rows[43:22]),
    .rst(rst),
    .stationary(stationary_edge__rows[43:22]),
    .sum_in(pe0_15__sum_out),
    .sum_out(pe1_15__sum_out),
    .swap(pe1_15__swap)
  );
  tn_pe pe1_2 (
    .clear(clear1),
    .clk(clk),
    .load(loads1[2]),
    .moving(rows[43:22]),
    .rst(rst),
    .stationary(stationary_edge__rows[43:22]),
    .sum_in(pe0_2__sum_out),
    .sum_out(pe1_2__sum_out),
    .swap(pe1_2__swap)
  );
  tn_pe pe1_3 (
    .clear(clear1),
    .clk(clk),
    .load(loads1[3]),
    .moving(rows[43:22]),
    .rst(rst),
    .stationary(stationary_edge__rows[43:22]),
    .sum_in(pe0_3__sum_out),
    .sum_out(pe1_3__sum_out),
    .swap(pe1_3__swap)
  );
  tn_pe pe1_4 (
    .clear(clear1),
    .clk(clk),
    .load(loads1[4]),
    .moving(rows[43:22]),
    .rst(rst),
    .stationary(stationary_edge__rows[43:22]),
    .sum_in(pe0_4__sum_out),
    .sum_out(pe1_4__sum_out),
    .swap(pe1_4__swap)
  );
  tn_pe pe1_5 (
    .clear(clear1),
    .clk(clk),
    .load(loads1[5]),
    .moving(rows[43:22]),
    .rst(rst),
    .stationary(stationary_edge__rows[43:22]),
    .sum_in(pe0_5__sum_out),
    .sum_out(pe1_5__sum_out),
    .swap(pe1_5__swap)
  );
  tn_pe pe1_6 (
    .clear(clear1),
    .clk(clk),
    .load(loads1[6]),
    .moving(rows[43:22]),
    .rst(rst),
    .stationary(stationary_edge__rows[43:22]),
    .sum_in(pe0_6__sum_out),
    .sum_out(pe1_6__sum_out),
    .swap(pe1_6__swap)
  );
  tn_pe pe1_7 (
    .clear(clear1),
    .clk(clk),
    .load(loads1[7]),
    .moving(rows[43:22]),
    .rst(rst),
    .stationary(stationary_edge__rows[43:22]),
    .sum_in(pe0_7__sum_out),
    .sum_out(pe1_7__sum_out),
    .swap(pe1_7__swap)
  );
  tn_pe pe1_8 (
    .clear(clear1),
    .clk(clk),
    .load(loads1[8]),
    .moving(rows[43:22]),
    .rst(rst),
    .stationary(stationary_edge__rows[43:22]),
    .sum_in(pe0_8__sum_out),
    .sum_out(pe1_8__sum_out),
    .swap(pe1_8__swap)
  );
  tn_pe pe1_9 (
    .clear(clear1),
    .clk(clk),
    .load(loads1[9]),
    .moving(rows[43:22]),
    .rst(rst),
    .stationary(stationary_edge__rows[43:22]),
    .sum_in(pe0_9__sum_out),
    .sum_out(pe1_9__sum_out),
    .swap(pe1_9__swap)
  );
  tn_pe pe2_0 (
    .clear(clear2),
    .clk(clk),
    .load(loads2[0]),
    .moving(rows[65:44]),
    .rst(rst),
    .stationary(stationary_edge__rows[65:44]),
    .sum_in(pe1_0__sum_out),
    .sum_out(pe2_0__sum_out),
    .swap(pe2_0__swap)
  );
  tn_pe pe2_1 (
    .clear(clear2),
    .clk(clk),
    .load(loads2[1]),
    .moving(rows[65:44]),
    .rst(rst),
    .stationary(stationary_edge__rows[65:44]),
    .sum_in(pe1_1__sum_out),
    .sum_out(pe2_1__sum_out),
    .swap(pe2_1__swap)
  );
  tn_pe pe2_10 (
    .clear(clear2),
    .clk(clk),
    .load(loads2[10]),
    .moving(rows[65:44]),
    .rst(rst),
    .stationary(stationary_edge__rows[65:44]),
    .sum_in(pe1_10__sum_out),
    .sum_out(pe2_10__sum_out),
    .swap(pe2_10__swap)
  );
  tn_pe pe2_11 (
    .clear(clear2),
    .clk(clk),
    .load(loads2[11]),
    .moving(rows[65:44]),
    .rst(rst),
    .stationary(stationary_edge__rows[65:44]),
    .sum_in(pe1_11__sum_out),
    .sum_out(pe2_11__sum_out),
    .swap(pe2_11__swap)
  );
  tn_pe pe2_12 (
    .clear(clear2),
    .clk(clk),
    .load(loads2[12]),
    .moving(rows[65:44]),
    .rst(rst),
    .stationary(stationary_edge__rows[65:44]),
    .sum_in(pe1_12__sum_out),
    .sum_out(pe2_12__sum_out),
    .swap(pe2_12__swap)
  );
  tn_pe pe2_13 (
    .clear(clear2),
    .clk(clk),
    .load(loads2[13]),
    .moving(rows[65:44]),
    .rst(rst),
    .stationary(stationary_edge__rows[65:44]),
    .sum_in(pe1_13__sum_out),
    .sum_out(pe2_13__sum_out),
    .swap(pe2_13__swap)
  );
  tn_pe pe2_14 (
    .clear(clear2),
    .clk(clk),
    .load(loads2[14]),
    .moving(rows[65:44]),
    .rst(rst),
    .stationary(stationary_edge__rows[65:44]),
    .sum_in(pe1_14__sum_out),
    .sum_out(pe2_14__sum_out),
    .swap(pe2_14__swap)
  );
  tn_pe pe2_15 (
    .clear(clear2),
    .clk(clk),
    .load(loads2[15]),
    .moving(rows[65:44]),
    .rst(rst),
    .stationary(stationary_edge__rows[65:44]),
    .sum_in(pe1_15__sum_out),
    .sum_out(pe2_15__sum_out),
    .swap(pe2_15__swap)
  );
  tn_pe pe2_2 (
    .clear(clear2),
    .clk(clk),
    .load(loads2[2]),
    .moving(rows[65:44]),
    .rst(rst),
    .stationary(stationary_edge__rows[65:44]),
    .sum_in(pe1_2__sum_out),
    .sum_out(pe2_2__sum_out),
    .swap(pe2_2__swap)
  );
  tn_pe pe2_3 (
    .clear(clear2),
    .clk(clk),
    .load(loads2[3]),
    .moving(rows[65:44]),
    .rst(rst),
    .stationary(stationary_edge__rows[65:44]),
    .sum_in(pe1_3__sum_out),
    .sum_out(pe2_3__sum_out),
    .swap(pe2_3__swap)
  );
  tn_pe pe2_4 (
    .clear(clear2),
    .clk(clk),
    .load(loads2[4]),
    .moving(rows[65:44]),
    .rst(rst),
    .stationary(stationary_edge__rows[65:44]),
    .sum_in(pe1_4__sum_out),
    .sum_out(pe2_4__sum_out),
    .swap(pe2_4__swap)
  );
  tn_pe pe2_5 (
    .clear(clear2),
    .clk(clk),
    .load(loads2[5]),
    .moving(rows[65:44]),
    .rst(rst),
    .stationary(stationary_edge__rows[65:44]),
    .sum_in(pe1_5__sum_out),
    .sum_out(pe2_5__sum_out),
    .swap(pe2_5__swap)
  );
  tn_pe pe2_6 (
    .clear(clear2),
    .clk(clk),
    .load(loads2[6]),
    .moving(rows[65:44]),
    .rst(rst),
    .stationary(stationary_edge__rows[65:44]),
    .sum_in(pe1_6__sum_out),
    .sum_out(pe2_6__sum_out),
    .swap(pe2_6__swap)
  );
  tn_pe pe2_7 (
    .clear(clear2),
    .clk(clk),
    .load(loads2[7]),
    .moving(rows[65:44]),
    .rst(rst),
    .stationary(stationary_edge__rows[65:44]),
    .sum_in(pe1_7__sum_out),
    .sum_out(pe2_7__sum_out),
    .swap(pe2_7__swap)
  );
  tn_pe pe2_8 (
    .clear(clear2),
    .clk(clk),
    .load(loads2[8]),
    .moving(rows[65:44]),
    .rst(rst),
    .stationary(stationary_edge__rows[65:44]),
    .sum_in(pe1_8__sum_out),
    .sum_out(pe2_8__sum_out),
    .swap(pe2_8__swap)
  );
  tn_pe pe2_9 (
    .clear(clear2),
    .clk(clk),
    .load(loads2[9]),
    .moving(rows[65:44]),
    .rst(rst),
    .stationary(stationary_edge__rows[65:44]),
    .sum_in(pe1_9__sum_out),
    .sum_out(pe2_9__sum_out),
    .swap(pe2_9__swap)
  );
  tn_pe pe3_0 (
    .clear(clear3),
    .clk(clk),
    .load(loads3[0]),
    .moving(rows[87:66]),
    .rst(rst),
    .stationary(stationary_edge__rows[87:66]),
    .sum_in(pe2_0__sum_out),
    .sum_out(pe3_0__sum_out),
    .swap(pe3_0__swap)
  );
  tn_pe pe3_1 (
    .clear(clear3),
    .clk(clk),
    .load(loads3[1]),
    .moving(rows[87:66]),
    .rst(rst),
    .stationary(stationary_edge__rows[87:66]),
    .sum_in(pe2_1__sum_out),
    .sum_out(pe3_1__sum_out),
    .swap(pe3_1__swap)
  );
  tn_pe pe3_10 (
    .clear(clear3),
    .clk(clk),
    .load(loads3[10]),
    .moving(rows[87:66]),
    .rst(rst),
    .stationary(stationary_edge__rows[87:66]),
    .sum_in(pe2_10__sum_out),
    .sum_out(pe3_10__sum_out),
    .swap(pe3_10__swap)
  );
  tn_pe pe3_11 (
    .clear(clear3),
    .clk(clk),
    .load(loads3[11]),
    .moving(rows[87:66]),
    .rst(rst),
    .stationary(stationary_edge__rows[87:66]),
    .sum_in(pe2_11__sum_out),
    .sum_out(pe3_11__sum_out),
    .swap(pe3_11__swap)
  );
  tn_pe pe3_12 (
    .clear(clear3),
    .clk(clk),
    .load(loads3[12]),
    .moving(rows[87:66]),
    .rst(rst),
    .stationary(stationary_edge__rows[87:66]),
    .sum_in(pe2_12__sum_out),
    .sum_out(pe3_12__sum_out),
    .swap(pe3_12__swap)
  );
  tn_pe pe3_13 (
    .clear(clear3),
    .clk(clk),
    .load(loads3[13]),
    .moving(rows[87:66]),
    .rst(rst),
    .stationary(stationary_edge__rows[87:66]),
    .sum_in(pe2_13__sum_out),
    .sum_out(pe3_13__sum_out),
    .swap(pe3_13__swap)
  );
  tn_pe pe3_14 (
    .clear(clear3),
    .clk(clk),
    .load(loads3[14]),
    .moving(rows[87:66]),
    .rst(rst),
    .stationary(stationary_edge__rows[87:66]),
    .sum_in(pe2_14__sum_out),
    .sum_out(pe3_14__sum_out),
    .swap(pe3_14__swap)
  );
  tn_pe pe3_15 (
    .clear(clear3),
    .clk(clk),
    .load(loads3[15]),
    .moving(rows[87:66]),
    .rst(rst),
    .stationary(stationary_edge__rows[87:66]),
    .sum_in(pe2_15__sum_out),
    .sum_out(pe3_15__sum_out),
    .swap(pe3_15__swap)
  );
  tn_pe pe3_2 (
    .clear(clear3),
    .clk(clk),
    .load(loads3[2]),
    .moving(rows[87:66]),
    .rst(rst),
    .stationary(stationary_edge__rows[87:66]),
    .sum_in(pe2_2__sum_out),
    .sum_out(pe3_2__sum_out),
    .swap(pe3_2__swap)
  );
  tn_pe pe3_3 (
    .clear(clear3),
    .clk(clk),
    .load(loads3[3]),
    .moving(rows[87:66]),
    .rst(rst),
    .stationary(stationary_edge__rows[87:66]),
    .sum_in(pe2_3__sum_out),
    .sum_out(pe3_3__sum_out),
    .swap(pe3_3__swap)
  );
  tn_pe pe3_4 (
    .clear(clear3),
    .clk(clk),
    .load(loads3[4]),
    .moving(rows[87:66]),
    .rst(rst),
    .stationary(stationary_edge__rows[87:66]),
    .sum_in(pe2_4__sum_out),
    .sum_out(pe3_4__sum_out),
    .swap(pe3_4__swap)
  );
  tn_pe pe3_5 (
    .clear(clear3),
    .clk(clk),
    .load(loads3[5]),
    .moving(rows[87:66]),
    .rst(rst),
    .stationary(stationary_edge__rows[87:66]),
    .sum_in(pe2_5__sum_out),
    .sum_out(pe3_5__sum_out),
    .swap(pe3_5__swap)
  );
  tn_pe pe3_6 (
    .clear(clear3),
    .clk(clk),
    .load(loads3[6]),
    .moving(rows[87:66]),
    .rst(rst),
    .stationary(stationary_edge__rows[87:66]),
    .sum_in(pe2_6__sum_out),
    .sum_out(pe3_6__sum_out),
    .swap(pe3_6__swap)
  );
  tn_pe pe3_7 (
    .clear(clear3),
    .clk(clk),
    .load(loads3[7]),
    .moving(rows[87:66]),
    .rst(rst),
    .stationary(stationary_edge__rows[87:66]),
    .sum_in(pe2_7__sum_out),
    .sum_out(pe3_7__sum_out),
    .swap(pe3_7__swap)
  );
  tn_pe pe3_8 (
    .clear(clear3),
    .clk(clk),
    .load(loads3[8]),
    .moving(rows[87:66]),
    .rst(rst),
    .stationary(stationary_edge__rows[87:66]),
    .sum_in(pe2_8__sum_out),
    .sum_out(pe3_8__sum_out),
    .swap(pe3_8__swap)
  );
  tn_pe pe3_9 (
    .clear(clear3),
    .clk(clk),
    .load(loads3[9]),
    .moving(rows[87:66]),
    .rst(rst),
    .stationary(stationary_edge__rows[87:66]),
    .sum_in(pe2_9__sum_out),
    .sum_out(pe3_9__sum_out),
    .swap(pe3_9__swap)
  );
  tn_pe pe4_0 (
    .clear(clear4),
    .clk(clk),
    .load(loads4[0]),
    .moving(rows[109:88]),
    .rst(rst),
    .stationary(stationary_edge__rows[109:88]),
    .sum_in(pe3_0__sum_out),
    .sum_out(pe4_0__sum_out),
    .swap(pe4_0__swap)
  );
  tn_pe pe4_1 (
    .clear(clear4),
    .clk(clk),
    .load(loads4[1]),
    .moving(rows[109:88]),
    .rst(rst),
    .stationary(stationary_edge__rows[109:88]),
    .sum_in(pe3_1__sum_out),
    .sum_out(pe4_1__sum_out),
    .swap(pe4_1__swap)
  );
  tn_pe pe4_10 (
    .clear(clear4),
    .clk(clk),
    .load(loads4[10]),
    .moving(rows[109:88]),
    .rst(rst),
    .stationary(stationary_edge__rows[109:88]),
    .sum_in(pe3_10__sum_out),
    .sum_out(pe4_10__sum_out),
    .swap(pe4_10__swap)
  );
  tn_pe pe4_11 (
    .clear(clear4),
    .clk(clk),
    .load(loads4[11]),
    .moving(rows[109:88]),
    .rst(rst),
    .stationary(stationary_edge__rows[109:88]),
    .sum_in(pe3_11__sum_out),
    .sum_out(pe4_11__sum_out),
    .swap(pe4_11__swap)
  );
  tn_pe pe4_12 (
    .clear(clear4),
    .clk(clk),
    .load(loads4[12]),
    .moving(rows[109:88]),
    .rst(rst),
    .stationary(stationary_edge__rows[109:88]),
    .sum_in(pe3_12__sum_out),
    .sum_out(pe4_12__sum_out),
    .swap(pe4_12__swap)
  );
  tn_pe pe4_13 (
    .clear(clear4),
    .clk(clk),
    .load(loads4[13]),
    .moving(rows[109:88]),
    .rst(rst),
    .stationary(stationary_edge__rows[109:88]),
    .sum_in(pe3_13__sum_out),
    .sum_out(pe4_13__sum_out),
    .swap(pe4_13__swap)
  );
  tn_pe pe4_14 (
    .clear(clear4),
    .clk(clk),
    .load(loads4[14]),
    .moving(rows[109:88]),
    .rst(rst),
    .stationary(stationary_edge__rows[109:88]),
    .sum_in(pe3_14__sum_out),
    .sum_out(pe4_14__sum_out),
    .swap(pe4_14__swap)
  );
  tn_pe pe4_15 (
    .clear(clear4),
    .clk(clk),
    .load(loads4[15]),
    .moving(rows[109:88]),
    .rst(rst),
    .stationary(stationary_edge__rows[109:88]),
    .sum_in(pe3_15__sum_out),
    .sum_out(pe4_15__sum_out),
    .swap(pe4_15__swap)
  );
  tn_pe pe4_2 (
    .clear(clear4),
    .clk(clk),
    .load(loads4[2]),
    .moving(rows[109:88]),
    .rst(rst),
    .stationary(stationary_edge__rows[109:88]),
    .sum_in(pe3_2__sum_out),
    .sum_out(pe4_2__sum_out),
    .swap(pe4_2__swap)
  );
  tn_pe pe4_3 (
    .clear(clear4),
    .clk(clk),
    .load(loads4[3]),
    .moving(rows[109:88]),
    .rst(rst),
    .stationary(stationary_edge__rows[109:88]),
    .sum_in(pe3_3__sum_out),
    .sum_out(pe4_3__sum_out),
    .swap(pe4_3__swap)
  );
  tn_pe pe4_4 (
    .clear(clear4),
    .clk(clk),
    .load(loads4[4]),
    .moving(rows[109:88]),
    .rst(rst),
    .stationary(stationary_edge__rows[109:88]),
    .sum_in(pe3_4__sum_out),
    .sum_out(pe4_4__sum_out),
    .swap(pe4_4__swap)
  );
  tn_pe pe4_5 (
    .clear(clear4),
    .clk(clk),
    .load(loads4[5]),
    .moving(rows[109:88]),
    .rst(rst),
    .stationary(stationary_edge__rows[109:88]),
    .sum_in(pe3_5__sum_out),
    .sum_out(pe4_5__sum_out),
    .swap(pe4_5__swap)
  );
  tn_pe pe4_6 (
    .clear(clear4),
    .clk(clk),
    .load(loads4[6]),
    .moving(rows[109:88]),
    .rst(rst),
    .stationary(stationary_edge__rows[109:88]),
    .sum_in(pe3_6__sum_out),
    .sum_out(pe4_6__sum_out),
    .swap(pe4_6__swap)
  );
  tn_pe pe4_7 (
    .clear(clear4),
    .clk(clk),
    .load(loads4[7]),
    .moving(rows[109:88]),
    .rst(rst),
    .stationary(stationary_edge__rows[109:88]),
    .sum_in(pe3_7__sum_out),
    .sum_out(pe4_7__sum_out),
    .swap(pe4_7__swap)
  );
  tn_pe pe4_8 (
    .clear(clear4),
    .clk(clk),
    .load(loads4[8]),
    .moving(rows[109:88]),
    .rst(rst),
    .stationary(stationary_edge__rows[109:88]),
    .sum_in(pe3_8__sum_out),
    .sum_out(pe4_8__sum_out),
    .swap(pe4_8__swap)
  );
  tn_pe pe4_9 (
    .clear(clear4),
    .clk(clk),
    .load(loads4[9]),
    .moving(rows[109:88]),
    .rst(rst),
    .stationary(stationary_edge__rows[109:88]),
    .sum_in(pe3_9__sum_out),
    .sum_out(pe4_9__sum_out),
    .swap(pe4_9__swap)
  );
  tn_pe pe5_0 (
    .clear(clear5),
    .clk(clk),
    .load(loads5[0]),
    .moving(rows[131:110]),
    .rst(rst),
    .stationary(stationary_edge__rows[131:110]),
    .sum_in(pe4_0__sum_out),
    .sum_out(pe5_0__sum_out),
    .swap(pe5_0__swap)
  );
  tn_pe pe5_1 (
    .clear(clear5),
    .clk(clk),
    .load(loads5[1]),
    .moving(rows[131:110]),
    .rst(rst),
    .stationary(stationary_edge__rows[131:110]),
    .sum_in(pe4_1__sum_out),
    .sum_out(pe5_1__sum_out),
    .swap(pe5_1__swap)
  );
  tn_pe pe5_10 (
    .clear(clear5),
    .clk(clk),
    .load(loads5[10]),
    .moving(rows[131:110]),
    .rst(rst),
    .stationary(stationary_edge__rows[131:110]),
    .sum_in(pe4_10__sum_out),
    .sum_out(pe5_10__sum_out),
    .swap(pe5_10__swap)
  );
  tn_pe pe5_11 (
    .clear(clear5),
    .clk(clk),
    .load(loads5[11]),
    .moving(rows[131:110]),
    .rst(rst),
    .stationary(stationary_edge__rows[131:110]),
    .sum_in(pe4_11__sum_out),
    .sum_out(pe5_11__sum_out),
    .swap(pe5_11__swap)
  );
  tn_pe pe5_12 (
    .clear(clear5),
    .clk(clk),
    .load(loads5[12]),
    .moving(rows[131:110]),
    .rst(rst),
    .stationary(stationary_edge__rows[131:110]),
    .sum_in(pe4_12__sum_out),
    .sum_out(pe5_12__sum_out),
    .swap(pe5_12__swap)
  );
  tn_pe pe5_13 (
    .clear(clear5),
    .clk(clk),
    .load(loads5[13]),
    .moving(rows[131:110]),
    .rst(rst),
    .stationary(stationary_edge__rows[131:110]),
    .sum_in(pe4_13__sum_out),
    .sum_out(pe5_13__sum_out),
    .swap(pe5_13__swap)
  );
  tn_pe pe5_14 (
    .clear(clear5),
    .clk(clk),
    .load(loads5[14]),
    .moving(rows[131:110]),
    .rst(rst),
    .stationary(stationary_edge__rows[131:110]),
    .sum_in(pe4_14__sum_out),
    .sum_out(pe5_14__sum_out),
    .swap(pe5_14__swap)
  );
  tn_pe pe5_15 (
    .clear(clear5),
    .clk(clk),
    .load(loads5[15]),
    .moving(rows[131:110]),
    .rst(rst),
    .stationary(stationary_edge__rows[131:110]),
    .sum_in(pe4_15__sum_out),
    .sum_out(pe5_15__sum_out),
    .swap(pe5_15__swap)
  );
  tn_pe pe5_2 (
    .clear(clear5),
    .clk(clk),
    .load(loads5[2]),
    .moving(rows[131:110]),
    .rst(rst),
    .stationary(stationary_edge__rows[131:110]),
    .sum_in(pe4_2__sum_out),
    .sum_out(pe5_2__sum_out),
    .swap(pe5_2__swap)
  );
  tn_pe pe5_3 (
    .clear(clear5),
    .clk(clk),
    .load(loads5[3]),
    .moving(rows[131:110]),
    .rst(rst),
    .stationary(stationary_edge__rows[131:110]),
    .sum_in(pe4_3__sum_out),
    .sum_out(pe5_3__sum_out),
    .swap(pe5_3__swap)
  );
  tn_pe pe5_4 (
    .clear(clear5),
    .clk(clk),
    .load(loads5[4]),
    .moving(rows[131:110]),
    .rst(rst),
    .stationary(stationary_edge__rows[131:110]),
    .sum_in(pe4_4__sum_out),
    .sum_out(pe5_4__sum_out),
    .swap(pe5_4__swap)
  );
  tn_pe pe5_5 (
    .clear(clear5),
    .clk(clk),
    .load(loads5[5]),
    .moving(rows[131:110]),
    .rst(rst),
    .stationary(stationary_edge__rows[131:110]),
    .sum_in(pe4_5__sum_out),
    .sum_out(pe5_5__sum_out),
    .swap(pe5_5__swap)
  );
  tn_pe pe5_6 (
    .clear(clear5),
    .clk(clk),
    .load(loads5[6]),
    .moving(rows[131:110]),
    .rst(rst),
    .stationary(stationary_edge__rows[131:110]),
    .sum_in(pe4_6__sum_out),
    .sum_out(pe5_6__sum_out),
    .swap(pe5_6__swap)
  );
  tn_pe pe5_7 (
    .clear(clear5),
    .clk(clk),
    .load(loads5[7]),
    .moving(rows[131:110]),
    .rst(rst),
    .stationary(stationary_edge__rows[131:110]),
    .sum_in(pe4_7__sum_out),
    .sum_out(pe5_7__sum_out),
    .swap(pe5_7__swap)
  );
  tn_pe pe5_8 (
    .clear(clear5),
    .clk(clk),
    .load(loads5[8]),
    .moving(rows[131:110]),
    .rst(rst),
    .stationary(stationary_edge__rows[131:110]),
    .sum_in(pe4_8__sum_out),
    .sum_out(pe5_8__sum_out),
    .swap(pe5_8__swap)
  );
  tn_pe pe5_9 (
    .clear(clear5),
    .clk(clk),
    .load(loads5[9]),
    .moving(rows[131:110]),
    .rst(rst),
    .stationary(stationary_edge__rows[131:110]),
    .sum_in(pe4_9__sum_out),
    .sum_out(pe5_9__sum_out),
    .swap(pe5_9__swap)
  );
  tn_pe pe6_0 (
    .clear(clear6),
    .clk(clk),
    .load(loads6[0]),
    .moving(rows[153:132]),
    .rst(rst),
    .stationary(stationary_edge__rows[153:132]),
    .sum_in(pe5_0__sum_out),
    .sum_out(pe6_0__sum_out),
    .swap(pe6_0__swap)
  );
  tn_pe pe6_1 (
    .clear(clear6),
    .clk(clk),
    .load(loads6[1]),
    .moving(rows[153:132]),
    .rst(rst),
    .stationary(stationary_edge__rows[153:132]),
    .sum_in(pe5_1__sum_out),
    .sum_out(pe6_1__sum_out),
    .swap(pe6_1__swap)
  );
  tn_pe pe6_10 (
    .clear(clear6),
    .clk(clk),
    .load(loads6[10]),
    .moving(rows[153:132]),
    .rst(rst),
    .stationary(stationary_edge__rows[153:132]),
    .sum_in(pe5_10__sum_out),
    .sum_out(pe6_10__sum_out),
    .swap(pe6_10__swap)
  );
  tn_pe pe6_11 (
    .clear(clear6),
    .clk(clk),
    .load(loads6[11]),
    .moving(rows[153:132]),
    .rst(rst),
    .stationary(stationary_edge__rows[153:132]),
    .sum_in(pe5_11__sum_out),
    .sum_out(pe6_11__sum_out),
    .swap(pe6_11__swap)
  );
  tn_pe pe6_12 (
    .clear(clear6),
    .clk(clk),
    .load(loads6[12]),
    .moving(rows[153:132]),
    .rst(rst),
    .stationary(stationary_edge__rows[153:132]),
    .sum_in(pe5_12__sum_out),
    .sum_out(pe6_12__sum_out),
    .swap(pe6_12__swap)
  );
  tn_pe pe6_13 (
    .clear(clear6),
    .clk(clk),
    .load(loads6[13]),
    .moving(rows[153:132]),
    .rst(rst),
    .stationary(stationary_edge__rows[153:132]),
    .sum_in(pe5_13__sum_out),
    .sum_out(pe6_13__sum_out),
    .swap(pe6_13__swap)
  );
  tn_pe pe6_14 (
    .clear(clear6),
    .clk(clk),
    .load(loads6[14]),
    .moving(rows[153:132]),
    .rst(rst),
    .stationary(stationary_edge__rows[153:132]),
    .sum_in(pe5_14__sum_out),
    .sum_out(pe6_14__sum_out),
    .swap(pe6_14__swap)
  );
  tn_pe pe6_15 (
    .clear(clear6),
    .clk(clk),
    .load(loads6[15]),
    .moving(rows[153:132]),
    .rst(rst),
    .stationary(stationary_edge__rows[153:132]),
    .sum_in(pe5_15__sum_out),
    .sum_out(pe6_15__sum_out),
    .swap(pe6_15__swap)
  );
  tn_pe pe6_2 (
    .clear(clear6),
    .clk(clk),
    .load(loads6[2]),
    .moving(rows[153:132]),
    .rst(rst),
    .stationary(stationary_edge__rows[153:132]),
    .sum_in(pe5_2__sum_out),
    .sum_out(pe6_2__sum_out),
    .swap(pe6_2__swap)
  );
  tn_pe pe6_3 (
    .clear(clear6),
    .clk(clk),
    .load(loads6[3]),
    .moving(rows[153:132]),
    .rst(rst),
    .stationary(stationary_edge__rows[153:132]),
    .sum_in(pe5_3__sum_out),
    .sum_out(pe6_3__sum_out),
    .swap(pe6_3__swap)
  );
  tn_pe pe6_4 (
    .clear(clear6),
    .clk(clk),
    .load(loads6[4]),
    .moving(rows[153:132]),
    .rst(rst),
    .stationary(stationary_edge__rows[153:132]),
    .sum_in(pe5_4__sum_out),
    .sum_out(pe6_4__sum_out),
    .swap(pe6_4__swap)
  );
  tn_pe pe6_5 (
    .clear(clear6),
    .clk(clk),
    .load(loads6[5]),
    .moving(rows[153:132]),
    .rst(rst),
    .stationary(stationary_edge__rows[153:132]),
    .sum_in(pe5_5__sum_out),
    .sum_out(pe6_5__sum_out),
    .swap(pe6_5__swap)
  );
  tn_pe pe6_6 (
    .clear(clear6),
    .clk(clk),
    .load(loads6[6]),
    .moving(rows[153:132]),
    .rst(rst),
    .stationary(stationary_edge__rows[153:132]),
    .sum_in(pe5_6__sum_out),
    .sum_out(pe6_6__sum_out),
    .swap(pe6_6__swap)
  );
  tn_pe pe6_7 (
    .clear(clear6),
    .clk(clk),
    .load(loads6[7]),
    .moving(rows[153:132]),
    .rst(rst),
    .stationary(stationary_edge__rows[153:132]),
    .sum_in(pe5_7__sum_out),
    .sum_out(pe6_7__sum_out),
    .swap(pe6_7__swap)
  );
  tn_pe pe6_8 (
    .clear(clear6),
    .clk(clk),
    .load(loads6[8]),
    .moving(rows[153:132]),
    .rst(rst),
    .stationary(stationary_edge__rows[153:132]),
    .sum_in(pe5_8__sum_out),
    .sum_out(pe6_8__sum_out),
    .swap(pe6_8__swap)
  );
  tn_pe pe6_9 (
    .clear(clear6),
    .clk(clk),
    .load(loads6[9]),
    .moving(rows[153:132]),
    .rst(rst),
    .stationary(stationary_edge__rows[153:132]),
    .sum_in(pe5_9__sum_out),
    .sum_out(pe6_9__sum_out),
    .swap(pe6_9__swap)
  );
  tn_pe pe7_0 (
    .clear(clear7),
    .clk(clk),
    .load(loads7[0]),
    .moving(rows[175:154]),
    .rst(rst),
    .stationary(stationary_edge__rows[175:154]),
    .sum_in(pe6_0__sum_out),
    .sum_out(pe7_0__sum_out),
    .swap(pe7_0__swap)
  );
  tn_pe pe7_1 (
    .clear(clear7),
    .clk(clk),
    .load(loads7[1]),
    .moving(rows[175:154]),
    .rst(rst),
    .stationary(stationary_edge__rows[175:154]),
    .sum_in(pe6_1__sum_out),
    .sum_out(pe7_1__sum_out),
    .swap(pe7_1__swap)
  );
  tn_pe pe7_10 (
    .clear(clear7),
    .clk(clk),
    .load(loads7[10]),
    .moving(rows[175:154]),
    .rst(rst),
    .stationary(stationary_edge__rows[175:154]),
    .sum_in(pe6_10__sum_out),
    .sum_out(pe7_10__sum_out),
    .swap(pe7_10__swap)
  );
  tn_pe pe7_11 (
    .clear(clear7),
    .clk(clk),
    .load(loads7[11]),
    .moving(rows[175:154]),
    .rst(rst),
    .stationary(stationary_edge__rows[175:154]),
    .sum_in(pe6_11__sum_out),
    .sum_out(pe7_11__sum_out),
    .swap(pe7_11__swap)
  );
  tn_pe pe7_12 (
    .clear(clear7),
    .clk(clk),
    .load(loads7[12]),
    .moving(rows[175:154]),
    .rst(rst),
    .stationary(stationary_edge__rows[175:154]),
    .sum_in(pe6_12__sum_out),
    .sum_out(pe7_12__sum_out),
    .swap(pe7_12__swap)
  );
  tn_pe pe7_13 (
    .clear(clear7),
    .clk(clk),
    .load(loads7[13]),
    .moving(rows[175:154]),
    .rst(rst),
    .stationary(stationary_edge__rows[175:154]),
    .sum_in(pe6_13__sum_out),
    .sum_out(pe7_13__sum_out),
    .swap(pe7_13__swap)
  );
  tn_pe pe7_14 (
    .clear(clear7),
    .clk(clk),
    .load(loads7[14]),
    .moving(rows[175:154]),
    .rst(rst),
    .stationary(stationary_edge__rows[175:154]),
    .sum_in(pe6_14__sum_out),
    .sum_out(pe7_14__sum_out),
    .swap(pe7_14__swap)
  );
  tn_pe pe7_15 (
    .clear(clear7),
    .clk(clk),
    .load(loads7[15]),
    .moving(rows[175:154]),
    .rst(rst),
    .stationary(stationary_edge__rows[175:154]),
    .sum_in(pe6_15__sum_out),
    .sum_out(pe7_15__sum_out),
    .swap(pe7_15__swap)
  );
  tn_pe pe7_2 (
    .clear(clear7),
    .clk(clk),
    .load(loads7[2]),
    .moving(rows[175:154]),
    .rst(rst),
    .stationary(stationary_edge__rows[175:154]),
    .sum_in(pe6_2__sum_out),
    .sum_out(pe7_2__sum_out),
    .swap(pe7_2__swap)
  );
  tn_pe pe7_3 (
    .clear(clear7),
    .clk(clk),
    .load(loads7[3]),
    .moving(rows[175:154]),
    .rst(rst),
    .stationary(stationary_edge__rows[175:154]),
    .sum_in(pe6_3__sum_out),
    .sum_out(pe7_3__sum_out),
    .swap(pe7_3__swap)
  );
  tn_pe pe7_4 (
    .clear(clear7),
    .clk(clk),
    .load(loads7[4]),
    .moving(rows[175:154]),
    .rst(rst),
    .stationary(stationary_edge__rows[175:154]),
    .sum_in(pe6_4__sum_out),
    .sum_out(pe7_4__sum_out),
    .swap(pe7_4__swap)
  );
  tn_pe pe7_5 (
    .clear(clear7),
    .clk(clk),
    .load(loads7[5]),
    .moving(rows[175:154]),
    .rst(rst),
    .stationary(stationary_edge__rows[175:154]),
    .sum_in(pe6_5__sum_out),
    .sum_out(pe7_5__sum_out),
    .swap(pe7_5__swap)
  );
  tn_pe pe7_6 (
    .clear(clear7),
    .clk(clk),
    .load(loads7[6]),
    .moving(rows[175:154]),
    .rst(rst),
    .stationary(stationary_edge__rows[175:154]),
    .sum_in(pe6_6__sum_out),
    .sum_out(pe7_6__sum_out),
    .swap(pe7_6__swap)
  );
  tn_pe pe7_7 (
    .clear(clear7),
    .clk(clk),
    .load(loads7[7]),
    .moving(rows[175:154]),
    .rst(rst),
    .stationary(stationary_edge__rows[175:154]),
    .sum_in(pe6_7__sum_out),
    .sum_out(pe7_7__sum_out),
    .swap(pe7_7__swap)
  );
  tn_pe pe7_8 (
    .clear(clear7),
    .clk(clk),
    .load(loads7[8]),
    .moving(rows[175:154]),
    .rst(rst),
    .stationary(stationary_edge__rows[175:154]),
    .sum_in(pe6_8__sum_out),
    .sum_out(pe7_8__sum_out),
    .swap(pe7_8__swap)
  );
  tn_pe pe7_9 (
    .clear(clear7),
    .clk(clk),
    .load(loads7[9]),
    .moving(rows[175:154]),
    .rst(rst),
    .stationary(stationary_edge__rows[175:154]),
    .sum_in(pe6_9__sum_out),
    .sum_out(pe7_9__sum_out),
    .swap(pe7_9__swap)
  );
  tn_pe pe8_0 (
    .clear(clear8),
    .clk(clk),
    .load(loads8[0]),
    .moving(rows[197:176]),
    .rst(rst),
    .stationary(stationary_edge__rows[197:176]),
    .sum_in(pe7_0__sum_out),
    .sum_out(pe8_0__sum_out),
    .swap(pe8_0__swap)
  );
  tn_pe pe8_1 (
    .clear(clear8),
    .clk(clk),
    .load(loads8[1]),
    .moving(rows[197:176]),
    .rst(rst),
    .stationary(stationary_edge__rows[197:176]),
    .sum_in(pe7_1__sum_out),
    .sum_out(pe8_1__sum_out),
    .swap(pe8_1__swap)
  );
  tn_pe pe8_10 (
    .clear(clear8),
    .clk(clk),
    .load(loads8[10]),
    .moving(rows[197:176]),
    .rst(rst),
    .stationary(stationary_edge__rows[197:176]),
    .sum_in(pe7_10__sum_out),
    .sum_out(pe8_10__sum_out),
    .swap(pe8_10__swap)
  );
  tn_pe pe8_11 (
    .clear(clear8),
    .clk(clk),
    .load(loads8[11]),
    .moving(rows[197:176]),
    .rst(rst),
    .stationary(stationary_edge__rows[197:176]),
    .sum_in(pe7_11__sum_out),
    .sum_out(pe8_11__sum_out),
    .swap(pe8_11__swap)
  );
  tn_pe pe8_12 (
    .clear(clear8),
    .clk(clk),
    .load(loads8[12]),
    .moving(rows[197:176]),
    .rst(rst),
    .stationary(stationary_edge__rows[197:176]),
    .sum_in(pe7_12__sum_out),
    .sum_out(pe8_12__sum_out),
    .swap(pe8_12__swap)
  );
  tn_pe pe8_13 (
    .clear(clear8),
    .clk(clk),
    .load(loads8[13]),
    .moving(rows[197:176]),
    .rst(rst),
    .stationary(stationary_edge__rows[197:176]),
    .sum_in(pe7_13__sum_out),
    .sum_out(pe8_13__sum_out),
    .swap(pe8_13__swap)
  );
  tn_pe pe8_14 (
    .clear(clear8),
    .clk(clk),
    .load(loads8[14]),
    .moving(rows[197:176]),
    .rst(rst),
    .stationary(stationary_edge__rows[197:176]),
    .sum_in(pe7_14__sum_out),
    .sum_out(pe8_14__sum_out),
    .swap(pe8_14__swap)
  );
  tn_pe pe8_15 (
    .clear(clear8),
    .clk(clk),
    .load(loads8[15]),
    .moving(rows[197:176]),
    .rst(rst),
    .stationary(stationary_edge__rows[197:176]),
    .sum_in(pe7_15__sum_out),
    .sum_out(pe8_15__sum_out),
    .swap(pe8_15__swap)
  );
  tn_pe pe8_2 (
    .clear(clear8),
    .clk(clk),
    .load(loads8[2]),
    .moving(rows[197:176]),
    .rst(rst),
    .stationary(stationary_edge__rows[197:176]),
    .sum_in(pe7_2__sum_out),
    .sum_out(pe8_2__sum_out),
    .swap(pe8_2__swap)
  );
  tn_pe pe8_3 (
    .clear(clear8),
    .clk(clk),
    .load(loads8[3]),
    .moving(rows[197:176]),
    .rst(rst),
    .stationary(stationary_edge__rows[197:176]),
    .sum_in(pe7_3__sum_out),
    .sum_out(pe8_3__sum_out),
    .swap(pe8_3__swap)
  );
  tn_pe pe8_4 (
    .clear(clear8),
    .clk(clk),
    .load(loads8[4]),
    .moving(rows[197:176]),
    .rst(rst),
    .stationary(stationary_edge__rows[197:176]),
    .sum_in(pe7_4__sum_out),
    .sum_out(pe8_4__sum_out),
    .swap(pe8_4__swap)
  );
  tn_pe pe8_5 (
    .clear(clear8),
    .clk(clk),
    .load(loads8[5]),
    .moving(rows[197:176]),
    .rst(rst),
    .stationary(stationary_edge__rows[197:176]),
    .sum_in(pe7_5__sum_out),
    .sum_out(pe8_5__sum_out),
    .swap(pe8_5__swap)
  );
  tn_pe pe8_6 (
    .clear(clear8),
    .clk(clk),
    .load(loads8[6]),
    .moving(rows[197:176]),
    .rst(rst),
    .stationary(stationary_edge__rows[197:176]),
    .sum_in(pe7_6__sum_out),
    .sum_out(pe8_6__sum_out),
    .swap(pe8_6__swap)
  );
  tn_pe pe8_7 (
    .clear(clear8),
    .clk(clk),
    .load(loads8[7]),
    .moving(rows[197:176]),
    .rst(rst),
    .stationary(stationary_edge__rows[197:176]),
    .sum_in(pe7_7__sum_out),
    .sum_out(pe8_7__sum_out),
    .swap(pe8_7__swap)
  );
  tn_pe pe8_8 (
    .clear(clear8),
    .clk(clk),
    .load(loads8[8]),
    .moving(rows[197:176]),
    .rst(rst),
    .stationary(stationary_edge__rows[197:176]),
    .sum_in(pe7_8__sum_out),
    .sum_out(pe8_8__sum_out),
    .swap(pe8_8__swap)
  );
  tn_pe pe8_9 (
    .clear(clear8),
    .clk(clk),
    .load(loads8[9]),
    .moving(rows[197:176]),
    .rst(rst),
    .stationary(stationary_edge__rows[197:176]),
    .sum_in(pe7_9__sum_out),
    .sum_out(pe8_9__sum_out),
    .swap(pe8_9__swap)
  );
  tn_pe pe9_0 (
    .clear(clear9),
    .clk(clk),
    .load(loads9[0]),
    .moving(rows[219:198]),
    .rst(rst),
    .stationary(stationary_edge__rows[219:198]),
    .sum_in(pe8_0__sum_out),
    .sum_out(pe10_0__sum_in),
    .swap(pe9_0__swap)
  );
  tn_pe pe9_1 (
    .clear(clear9),
    .clk(clk),
    .load(loads9[1]),
    .moving(rows[219:198]),
    .rst(rst),
    .stationary(stationary_edge__rows[219:198]),
    .sum_in(pe8_1__sum_out),
    .sum_out(pe10_1__sum_in),
    .swap(pe9_1__swap)
  );
  tn_pe pe9_10 (
    .clear(clear9),
    .clk(clk),
    .load(loads9[10]),
    .moving(rows[219:198]),
    .rst(rst),
    .stationary(stationary_edge__rows[219:198]),
    .sum_in(pe8_10__sum_out),
    .sum_out(pe10_10__sum_in),
    .swap(pe9_10__swap)
  );
  tn_pe pe9_11 (
    .clear(clear9),
    .clk(clk),
    .load(loads9[11]),
    .moving(rows[219:198]),
    .rst(rst),
    .stationary(stationary_edge__rows[219:198]),
    .sum_in(pe8_11__sum_out),
    .sum_out(pe10_11__sum_in),
    .swap(pe9_11__swap)
  );
  tn_pe pe9_12 (
    .clear(clear9),
    .clk(clk),
    .load(loads9[12]),
    .moving(rows[219:198]),
    .rst(rst),
    .stationary(stationary_edge__rows[219:198]),
    .sum_in(pe8_12__sum_out),
    .sum_out(pe10_12__sum_in),
    .swap(pe9_12__swap)
  );
  tn_pe pe9_13 (
    .clear(clear9),
    .clk(clk),
    .load(loads9[13]),
    .moving(rows[219:198]),
    .rst(rst),
    .stationary(stationary_edge__rows[219:198]),
    .sum_in(pe8_13__sum_out),
    .sum_out(pe10_13__sum_in),
    .swap(pe9_13__swap)
  );
  tn_pe pe9_14 (
    .clear(clear9),
    .clk(clk),
    .load(loads9[14]),
    .moving(rows[219:198]),
    .rst(rst),
    .stationary(stationary_edge__rows[219:198]),
    .sum_in(pe8_14__sum_out),
    .sum_out(pe10_14__sum_in),
    .swap(pe9_14__swap)
  );
  tn_pe pe9_15 (
    .clear(clear9),
    .clk(clk),
    .load(loads9[15]),
    .moving(rows[219:198]),
    .rst(rst),
    .stationary(stationary_edge__rows[219:198]),
    .sum_in(pe8_15__sum_out),
    .sum_out(pe10_15__sum_in),
    .swap(pe9_15__swap)
  );
  tn_pe pe9_2 (
    .clear(clear9),
    .clk(clk),
    .load(loads9[2]),
    .moving(rows[219:198]),
    .rst(rst),
    .stationary(stationary_edge__rows[219:198]),
    .sum_in(pe8_2__sum_out),
    .sum_out(pe10_2__sum_in),
    .swap(pe9_2__swap)
  );
  tn_pe pe9_3 (
    .clear(clear9),
    .clk(clk),
    .load(loads9[3]),
    .moving(rows[219:198]),
    .rst(rst),
    .stationary(stationary_edge__rows[219:198]),
    .sum_in(pe8_3__sum_out),
    .sum_out(pe10_3__sum_in),
    .swap(pe9_3__swap)
  );
  tn_pe pe9_4 (
    .clear(clear9),
    .clk(clk),
    .load(loads9[4]),
    .moving(rows[219:198]),
    .rst(rst),
    .stationary(stationary_edge__rows[219:198]),
    .sum_in(pe8_4__sum_out),
    .sum_out(pe10_4__sum_in),
    .swap(pe9_4__swap)
  );
  tn_pe pe9_5 (
    .clear(clear9),
    .clk(clk),
    .load(loads9[5]),
    .moving(rows[219:198]),
    .rst(rst),
    .stationary(stationary_edge__rows[219:198]),
    .sum_in(pe8_5__sum_out),
    .sum_out(pe10_5__sum_in),
    .swap(pe9_5__swap)
  );
  tn_pe pe9_6 (
    .clear(clear9),
    .clk(clk),
    .load(loads9[6]),
    .moving(rows[219:198]),
    .rst(rst),
    .stationary(stationary_edge__rows[219:198]),
    .sum_in(pe8_6__sum_out),
    .sum_out(pe10_6__sum_in),
    .swap(pe9_6__swap)
  );
  tn_pe pe9_7 (
    .clear(clear9),
    .clk(clk),
    .load(loads9[7]),
    .moving(rows[219:198]),
    .rst(rst),
    .stationary(stationary_edge__rows[219:198]),
    .sum_in(pe8_7__sum_out),
    .sum_out(pe10_7__sum_in),
    .swap(pe9_7__swap)
  );
  tn_pe pe9_8 (
    .clear(clear9),
    .clk(clk),
    .load(loads9[8]),
    .moving(rows[219:198]),
    .rst(rst),
    .stationary(stationary_edge__rows[219:198]),
    .sum_in(pe8_8__sum_out),
    .sum_out(pe10_8__sum_in),
    .swap(pe9_8__swap)
  );
  tn_pe pe9_9 (
    .clear(clear9),
    .clk(clk),
    .load(loads9[9]),
    .moving(rows[219:198]),
    .rst(rst),
    .stationary(stationary_edge__rows[219:198]),
    .sum_in(pe8_9__sum_out),
    .sum_out(pe10_9__sum_in),
    .swap(pe9_9__swap)
  );
  reference_array_array_stationary_edge stationary_edge (
    .clk(clk),
    .raw(raw_6),
    .rows(stationary_edge__rows),
    .rst(rst),
    .taps(taps),
    .valid(valid_10)
  );
  always @* begin
    if (at_start) begin end
    loads0 = 16'h0000;
    if (load0) begin
      loads0 = n2;
    end
  end
  always @* begin
    if (at_start) begin end
    loads1 = 16'h0000;
    if (load1) begin
      loads1 = n4;
    end
  end
  always @* begin
    if (at_start) begin end
    loads2 = 16'h0000;
    if (load2) begin
      loads2 = n6;
    end
  end
  always @* begin
    if (at_start) begin end
    loads3 = 16'h0000;
    if (load3) begin
      loads3 = n8;
    end
  end
  always @* begin
    if (at_start) begin end
    loads4 = 16'h0000;
    if (load4) begin
      loads4 = n10;
    end
  end
  always @* begin
    if (at_start) begin end
    loads5 = 16'h0000;
    if (load5) begin
      loads5 = n12;
    end
  end
  always @* begin
    if (at_start) begin end
    loads6 = 16'h0000;
    if (load6) begin
      loads6 = n14;
    end
  end
  always @* begin
    if (at_start) begin end
    loads7 = 16'h0000;
    if (load7) begin
      loads7 = n16;
    end
  end
  always @* begin
    if (at_start) begin end
    loads8 = 16'h0000;
    if (load8) begin
      loads8 = n18;
    end
  end
  always @* begin
    if (at_start) begin end
    loads9 = 16'h0000;
    if (load9) begin
      loads9 = n20;
    end
  end
  always @* begin
    if (at_start) begin end
    loads10 = 16'h0000;
    if (load10) begin
      loads10 = n22;
    end
  end
  always @* begin
    if (at_start) begin end
    loads11 = 16'h0000;
    if (load11) begin
      loads11 = n24;
    end
  end
  always @* begin
    if (at_start) begin end
    loads12 = 16'h0000;
    if (load12) begin
      loads12 = n26;
    end
  end
  always @* begin
    if (at_start) begin end
    loads13 = 16'h0000;
    if (load13) begin
      loads13 = n28;
    end
  end
  always @* begin
    if (at_start) begin end
    loads14 = 16'h0000;
    if (load14) begin
      loads14 = n30;
    end
  end
  always @* begin
    if (at_start) begin end
    loads15 = 16'h0000;
    if (load15) begin
      loads15 = n32;
    end
  end
  always @* begin
    if (at_start) begin end
    n39 = n35[30:0];
    if (rst) begin
      n39 = 31'h00000000;
    end
  end
  always @* begin
    if (at_start) begin end
    n40 = n37[34:0];
    if (rst) begin
      n40 = 35'h000000000;
    end
  end
  always @* begin
    if (at_start) begin end
    n41 = n38[1:0];
    if (rst) begin
      n41 = 2'h1;
    end
  end
  always @* begin
    if (at_start) begin end
    n42 = { first, column };
    if (rst) begin
      n42 = 5'h00;
    end
  end
  always @* begin
    if (at_start) begin end
    n43 = control0_0;
    if (rst) begin
      n43 = 5'h00;
    end
  end
  always @* begin
    if (at_start) begin end
    n44 = taps[0];
    if (rst) begin
      n44 = 1'h0;
    end
  end
  always @* begin
    if (at_start) begin end
    n45 = control0_1;
    if (rst) begin
      n45 = 5'h00;
    end
  end
  always @* begin
    if (at_start) begin end
    n46 = control1_0;
    if (rst) begin
      n46 = 5'h00;
    end
  end
  always @* begin
    if (at_start) begin end
    n47 = taps[1];
    if (rst) begin
      n47 = 1'h0;
    end
  end
  always @* begin
    if (at_start) begin end
    n48 = control1_1;
    if (rst) begin
      n48 = 5'h00;
    end
  end
  always @* begin
    if (at_start) begin end
    n49 = control2_0;
    if (rst) begin
      n49 = 5'h00;
    end
  end
  always @* begin
    if (at_start) begin end
    n50 = taps[2];
    if (rst) begin
      n50 = 1'h0;
    end
  end
  always @* begin
    if (at_start) begin end
    n51 = control2_1;
    if (rst) begin
      n51 = 5'h00;
    end
  end
  always @* begin
    if (at_start) begin end
    n52 = control3_0;
    if (rst) begin
      n52 = 5'h00;
    end
  end
  always @* begin
    if (at_start) begin end
    n53 = taps[3];
    if (rst) begin
      n53 = 1'h0;
    end
  end
  always @* begin
    if (at_start) begin end
    n54 = control3_1;
    if (rst) begin
      n54 = 5'h00;
    end
  end
  always @* begin
    if (at_start) begin end
    n55 = control4_0;
    if (rst) begin
      n55 = 5'h00;
    end
  end
  always @* begin
    if (at_start) begin end
    n56 = taps[4];
    if (rst) begin
      n56 = 1'h0;
    end
  end
  always @* begin
    if (at_start) begin end
    n57 = control4_1;
    if (rst) begin
      n57 = 5'h00;
    end
  end
  always @* begin
    if (at_start) begin end
    n58 = control5_0;
    if (rst) begin
      n58 = 5'h00;
    end
  end
  always @* begin
    if (at_start) begin end
    n59 = taps[5];
    if (rst) begin
      n59 = 1'h0;
    end
  end
  always @* begin
    if (at_start) begin end
    n60 = control5_1;
    if (rst) begin
      n60 = 5'h00;
    end
  end
  always @* begin
    if (at_start) begin end
    n61 = control6_0;
    if (rst) begin
      n61 = 5'h00;
    end
  end
  always @* begin
    if (at_start) begin end
    n62 = taps[6];
    if (rst) begin
      n62 = 1'h0;
    end
  end
  always @* begin
    if (at_start) begin end
    n63 = control6_1;
    if (rst) begin
      n63 = 5'h00;
    end
  end
  always @* begin
    if (at_start) begin end
    n64 = control7_0;
    if (rst) begin
      n64 = 5'h00;
    end
  end
  always @* begin
    if (at_start) begin end
    n65 = taps[7];
    if (rst) begin
      n65 = 1'h0;
    end
  end
  always @* begin
    if (at_start) begin end
    n66 = control7_1;
    if (rst) begin
      n66 = 5'h00;
    end
  end
  always @* begin
    if (at_start) begin end
    n67 = control8_0;
    if (rst) begin
      n67 = 5'h00;
    end
  end
  always @* begin
    if (at_start) begin end
    n68 = taps[8];
    if (rst) begin
      n68 = 1'h0;
    end
  end
  always @* begin
    if (at_start) begin end
    n69 = control8_1;
    if (rst) begin
      n69 = 5'h00;
    end
  end
  always @* begin
    if (at_start) begin end
    n70 = control9_0;
    if (rst) begin
      n70 = 5'h00;
    end
  end
  always @* begin
    if (at_start) begin end
    n71 = taps[9];
    if (rst) begin
      n71 = 1'h0;
    end
  end
  always @* begin
    if (at_start) begin end
    n72 = control9_1;
    if (rst) begin
      n72 = 5'h00;
    end
  end
  always @* begin
    if (at_start) begin end
    n73 = control10_0;
    if (rst) begin
      n73 = 5'h00;
    end
  end
  always @* begin
    if (at_start) begin end
    n74 = taps[10];
    if (rst) begin
      n74 = 1'h0;
    end
  end
  always @* begin
    if (at_start) begin end
    n75 = control10_1;
    if (rst) begin
      n75 = 5'h00;
    end
  end
  always @* begin
    if (at_start) begin end
    n76 = control11_0;
    if (rst) begin
      n76 = 5'h00;
    end
  end
  always @* begin
    if (at_start) begin end
    n77 = taps[11];
    if (rst) begin
      n77 = 1'h0;
    end
  end
  always @* begin
    if (at_start) begin end
    n78 = control11_1;
    if (rst) begin
      n78 = 5'h00;
    end
  end
  always @* begin
    if (at_start) begin end
    n79 = control12_0;
    if (rst) begin
      n79 = 5'h00;
    end
  end
  always @* begin
    if (at_start) begin end
    n80 = taps[12];
    if (rst) begin
      n80 = 1'h0;
    end
  end
  always @* begin
    if (at_start) begin end
    n81 = control12_1;
    if (rst) begin
      n81 = 5'h00;
    end
  end
  always @* begin
    if (at_start) begin end
    n82 = control13_0;
    if (rst) begin
      n82 = 5'h00;
    end
  end
  always @* begin
    if (at_start) begin end
    n83 = taps[13];
    if (rst) begin
      n83 = 1'h0;
    end
  end
  always @* begin
    if (at_start) begin end
    n84 = control13_1;
    if (rst) begin
      n84 = 5'h00;
    end
  end
  always @* begin
    if (at_start) begin end
    n85 = control14_0;
    if (rst) begin
      n85 = 5'h00;
    end
  end
  always @* begin
    if (at_start) begin end
    n86 = taps[14];
    if (rst) begin
      n86 = 1'h0;
    end
  end
  always @* begin
    if (at_start) begin end
    n87 = control14_1;
    if (rst) begin
      n87 = 5'h00;
    end
  end
  always @* begin
    if (at_start) begin end
    n88 = control15_0;
    if (rst) begin
      n88 = 5'h00;
    end
  end
  always @* begin
    if (at_start) begin end
    n89 = taps[15];
    if (rst) begin
      n89 = 1'h0;
    end
  end
  assign moving = raw;
  assign dtype = 4'h3;
  assign moving_dtype = 4'h3;
  assign valid = 1'h1;
  assign moving_valid = 1'h1;
  assign stationary = raw_6;
  assign stationary_dtype = 4'h3;
  assign stationary_valid = valid_10;
  assign stationary_23 = stationary_edge__rows[21:0];
  assign load = loads0[0];
  assign clear = clear0;
  assign sum_in = 32'd0;
  assign stationary_30 = stationary_edge__rows[21:0];
  assign stationary_36 = stationary_edge__rows[21:0];
  assign stationary_42 = stationary_edge__rows[21:0];
  assign stationary_48 = stationary_edge__rows[21:0];
  assign stationary_54 = stationary_edge__rows[21:0];
  assign stationary_60 = stationary_edge__rows[21:0];
  assign stationary_66 = stationary_edge__rows[21:0];
  assign stationary_72 = stationary_edge__rows[21:0];
  assign stationary_78 = stationary_edge__rows[21:0];
  assign stationary_84 = stationary_edge__rows[21:0];
  assign stationary_90 = stationary_edge__rows[21:0];
  assign stationary_96 = stationary_edge__rows[21:0];
  assign stationary_102 = stationary_edge__rows[21:0];
  assign stationary_108 = stationary_edge__rows[21:0];
  assign stationary_114 = stationary_edge__rows[21:0];
  assign stationary_124 = stationary_edge__rows[43:22];
  assign sum_out = pe0_0__sum_out;
  assign stationary_131 = stationary_edge__rows[43:22];
  assign sum_out_135 = pe0_1__sum_out;
  assign stationary_138 = stationary_edge__rows[43:22];
  assign sum_out_142 = pe0_2__sum_out;
  assign stationary_145 = stationary_edge__rows[43:22];
  assign sum_out_149 = pe0_3__sum_out;
  assign stationary_152 = stationary_edge__rows[43:22];
  assign sum_out_156 = pe0_4__sum_out;
  assign stationary_159 = stationary_edge__rows[43:22];
  assign sum_out_163 = pe0_5__sum_out;
  assign stationary_166 = stationary_edge__rows[43:22];
  assign sum_out_170 = pe0_6__sum_out;
  assign stationary_173 = stationary_edge__rows[43:22];
  assign sum_out_177 = pe0_7__sum_out;
  assign stationary_180 = stationary_edge__rows[43:22];
  assign sum_out_184 = pe0_8__sum_out;
  assign stationary_187 = stationary_edge__rows[43:22];
  assign sum_out_191 = pe0_9__sum_out;
  assign stationary_194 = stationary_edge__rows[43:22];
  assign sum_out_198 = pe0_10__sum_out;
  assign stationary_201 = stationary_edge__rows[43:22];
  assign sum_out_205 = pe0_11__sum_out;
  assign stationary_208 = stationary_edge__rows[43:22];
  assign sum_out_212 = pe0_12__sum_out;
  assign stationary_215 = stationary_edge__rows[43:22];
  assign sum_out_219 = pe0_13__sum_out;
  assign stationary_222 = stationary_edge__rows[43:22];
  assign sum_out_226 = pe0_14__sum_out;
  assign stationary_229 = stationary_edge__rows[43:22];
  assign sum_out_233 = pe0_15__sum_out;
  assign stationary_240 = stationary_edge__rows[65:44];
  assign sum_out_244 = pe1_0__sum_out;
  assign stationary_247 = stationary_edge__rows[65:44];
  assign sum_out_251 = pe1_1__sum_out;
  assign stationary_254 = stationary_edge__rows[65:44];
  assign sum_out_258 = pe1_2__sum_out;
  assign stationary_261 = stationary_edge__rows[65:44];
  assign sum_out_265 = pe1_3__sum_out;
  assign stationary_268 = stationary_edge__rows[65:44];
  assign sum_out_272 = pe1_4__sum_out;
  assign stationary_275 = stationary_edge__rows[65:44];
  assign sum_out_279 = pe1_5__sum_out;
  assign stationary_282 = stationary_edge__rows[65:44];
  assign sum_out_286 = pe1_6__sum_out;
  assign stationary_289 = stationary_edge__rows[65:44];
  assign sum_out_293 = pe1_7__sum_out;
  assign stationary_296 = stationary_edge__rows[65:44];
  assign sum_out_300 = pe1_8__sum_out;
  assign stationary_303 = stationary_edge__rows[65:44];
  assign sum_out_307 = pe1_9__sum_out;
  assign stationary_310 = stationary_edge__rows[65:44];
  assign sum_out_314 = pe1_10__sum_out;
  assign stationary_317 = stationary_edge__rows[65:44];
  assign sum_out_321 = pe1_11__sum_out;
  assign stationary_324 = stationary_edge__rows[65:44];
  assign sum_out_328 = pe1_12__sum_out;
  assign stationary_331 = stationary_edge__rows[65:44];
  assign sum_out_335 = pe1_13__sum_out;
  assign stationary_338 = stationary_edge__rows[65:44];
  assign sum_out_342 = pe1_14__sum_out;
  assign stationary_345 = stationary_edge__rows[65:44];
  assign sum_out_349 = pe1_15__sum_out;
  assign stationary_356 = stationary_edge__rows[87:66];
  assign sum_out_360 = pe2_0__sum_out;
  assign stationary_363 = stationary_edge__rows[87:66];
  assign sum_out_367 = pe2_1__sum_out;
  assign stationary_370 = stationary_edge__rows[87:66];
  assign sum_out_374 = pe2_2__sum_out;
  assign stationary_377 = stationary_edge__rows[87:66];
  assign sum_out_381 = pe2_3__sum_out;
  assign stationary_384 = stationary_edge__rows[87:66];
  assign sum_out_388 = pe2_4__sum_out;
  assign stationary_391 = stationary_edge__rows[87:66];
  assign sum_out_395 = pe2_5__sum_out;
  assign stationary_398 = stationary_edge__rows[87:66];
  assign sum_out_402 = pe2_6__sum_out;
  assign stationary_405 = stationary_edge__rows[87:66];
  assign sum_out_409 = pe2_7__sum_out;
  assign stationary_412 = stationary_edge__rows[87:66];
  assign sum_out_416 = pe2_8__sum_out;
  assign stationary_419 = stationary_edge__rows[87:66];
  assign sum_out_423 = pe2_9__sum_out;
  assign stationary_426 = stationary_edge__rows[87:66];
  assign sum_out_430 = pe2_10__sum_out;
  assign stationary_433 = stationary_edge__rows[87:66];
  assign sum_out_437 = pe2_11__sum_out;
  assign stationary_440 = stationary_edge__rows[87:66];
  assign sum_out_444 = pe2_12__sum_out;
  assign stationary_447 = stationary_edge__rows[87:66];
  assign sum_out_451 = pe2_13__sum_out;
  assign stationary_454 = stationary_edge__rows[87:66];
  assign sum_out_458 = pe2_14__sum_out;
  assign stationary_461 = stationary_edge__rows[87:66];
  assign sum_out_465 = pe2_15__sum_out;
  assign stationary_472 = stationary_edge__rows[109:88];
  assign sum_out_476 = pe3_0__sum_out;
  assign stationary_479 = stationary_edge__rows[109:88];
  assign sum_out_483 = pe3_1__sum_out;
  assign stationary_486 = stationary_edge__rows[109:88];
  assign sum_out_490 = pe3_2__sum_out;
  assign stationary_493 = stationary_edge__rows[109:88];
  assign sum_out_497 = pe3_3__sum_out;
  assign stationary_500 = stationary_edge__rows[109:88];
  assign sum_out_504 = pe3_4__sum_out;
  assign stationary_507 = stationary_edge__rows[109:88];
  assign sum_out_511 = pe3_5__sum_out;
  assign stationary_514 = stationary_edge__rows[109:88];
  assign sum_out_518 = pe3_6__sum_out;
  assign stationary_521 = stationary_edge__rows[109:88];
  assign sum_out_525 = pe3_7__sum_out;
  assign stationary_528 = stationary_edge__rows[109:88];
  assign sum_out_532 = pe3_8__sum_out;
  assign stationary_535 = stationary_edge__rows[109:88];
  assign sum_out_539 = pe3_9__sum_out;
  assign stationary_542 = stationary_edge__rows[109:88];
  assign sum_out_546 = pe3_10__sum_out;
  assign stationary_549 = stationary_edge__rows[109:88];
  assign sum_out_553 = pe3_11__sum_out;
  assign stationary_556 = stationary_edge__rows[109:88];
  assign sum_out_560 = pe3_12__sum_out;
  assign stationary_563 = stationary_edge__rows[109:88];
  assign sum_out_567 = pe3_13__sum_out;
  assign stationary_570 = stationary_edge__rows[109:88];
  assign sum_out_574 = pe3_14__sum_out;
  assign stationary_577 = stationary_edge__rows[109:88];
  assign sum_out_581 = pe3_15__sum_out;
  assign stationary_588 = stationary_edge__rows[131:110];
  assign sum_out_592 = pe4_0__sum_out;
  assign stationary_595 = stationary_edge__rows[131:110];
  assign sum_out_599 = pe4_1__sum_out;
  assign stationary_602 = stationary_edge__rows[131:110];
  assign sum_out_606 = pe4_2__sum_out;
  assign stationary_609 = stationary_edge__rows[131:110];
  assign sum_out_613 = pe4_3__sum_out;
  assign stationary_616 = stationary_edge__rows[131:110];
  assign sum_out_620 = pe4_4__sum_out;
  assign stationary_623 = stationary_edge__rows[131:110];
  assign sum_out_627 = pe4_5__sum_out;
  assign stationary_630 = stationary_edge__rows[131:110];
  assign sum_out_634 = pe4_6__sum_out;
  assign stationary_637 = stationary_edge__rows[131:110];
  assign sum_out_641 = pe4_7__sum_out;
  assign stationary_644 = stationary_edge__rows[131:110];
  assign sum_out_648 = pe4_8__sum_out;
  assign stationary_651 = stationary_edge__rows[131:110];
  assign sum_out_655 = pe4_9__sum_out;
  assign stationary_658 = stationary_edge__rows[131:110];
  assign sum_out_662 = pe4_10__sum_out;
  assign stationary_665 = stationary_edge__rows[131:110];
  assign sum_out_669 = pe4_11__sum_out;
  assign stationary_672 = stationary_edge__rows[131:110];
  assign sum_out_676 = pe4_12__sum_out;
  assign stationary_679 = stationary_edge__rows[131:110];
  assign sum_out_683 = pe4_13__sum_out;
  assign stationary_686 = stationary_edge__rows[131:110];
  assign sum_out_690 = pe4_14__sum_out;
  assign stationary_693 = stationary_edge__rows[131:110];
  assign sum_out_697 = pe4_15__sum_out;
  assign stationary_704 = stationary_edge__rows[153:132];
  assign sum_out_708 = pe5_0__sum_out;
  assign stationary_711 = stationary_edge__rows[153:132];
  assign sum_out_715 = pe5_1__sum_out;
  assign stationary_718 = stationary_edge__rows[153:132];
  assign sum_out_722 = pe5_2__sum_out;
  assign stationary_725 = stationary_edge__rows[153:132];
  assign sum_out_729 = pe5_3__sum_out;
  assign stationary_732 = stationary_edge__rows[153:132];
  assign sum_out_736 = pe5_4__sum_out;
  assign stationary_739 = stationary_edge__rows[153:132];
  assign sum_out_743 = pe5_5__sum_out;
  assign stationary_746 = stationary_edge__rows[153:132];
  assign sum_out_750 = pe5_6__sum_out;
  assign stationary_753 = stationary_edge__rows[153:132];
  assign sum_out_757 = pe5_7__sum_out;
  assign stationary_760 = stationary_edge__rows[153:132];
  assign sum_out_764 = pe5_8__sum_out;
  assign stationary_767 = stationary_edge__rows[153:132];
  assign sum_out_771 = pe5_9__sum_out;
  assign stationary_774 = stationary_edge__rows[153:132];
  assign sum_out_778 = pe5_10__sum_out;
  assign stationary_781 = stationary_edge__rows[153:132];
  assign sum_out_785 = pe5_11__sum_out;
  assign stationary_788 = stationary_edge__rows[153:132];
  assign sum_out_792 = pe5_12__sum_out;
  assign stationary_795 = stationary_edge__rows[153:132];
  assign sum_out_799 = pe5_13__sum_out;
  assign stationary_802 = stationary_edge__rows[153:132];
  assign sum_out_806 = pe5_14__sum_out;
  assign stationary_809 = stationary_edge__rows[153:132];
  assign sum_out_813 = pe5_15__sum_out;
  assign stationary_820 = stationary_edge__rows[175:154];
  assign sum_out_824 = pe6_0__sum_out;
  assign stationary_827 = stationary_edge__rows[175:154];
  assign sum_out_831 = pe6_1__sum_out;
  assign stationary_834 = stationary_edge__rows[175:154];
  assign sum_out_838 = pe6_2__sum_out;
  assign stationary_841 = stationary_edge__rows[175:154];
  assign sum_out_845 = pe6_3__sum_out;
  assign stationary_848 = stationary_edge__rows[175:154];
  assign sum_out_852 = pe6_4__sum_out;
  assign stationary_855 = stationary_edge__rows[175:154];
  assign sum_out_859 = pe6_5__sum_out;
  assign stationary_862 = stationary_edge__rows[175:154];
  assign sum_out_866 = pe6_6__sum_out;
  assign stationary_869 = stationary_edge__rows[175:154];
  assign sum_out_873 = pe6_7__sum_out;
  assign stationary_876 = stationary_edge__rows[175:154];
  assign sum_out_880 = pe6_8__sum_out;
  assign stationary_883 = stationary_edge__rows[175:154];
  assign sum_out_887 = pe6_9__sum_out;
  assign stationary_890 = stationary_edge__rows[175:154];
  assign sum_out_894 = pe6_10__sum_out;
  assign stationary_897 = stationary_edge__rows[175:154];
  assign sum_out_901 = pe6_11__sum_out;
  assign stationary_904 = stationary_edge__rows[175:154];
  assign sum_out_908 = pe6_12__sum_out;
  assign stationary_911 = stationary_edge__rows[175:154];
  assign sum_out_915 = pe6_13__sum_out;
  assign stationary_918 = stationary_edge__rows[175:154];
  assign sum_out_922 = pe6_14__sum_out;
  assign stationary_925 = stationary_edge__rows[175:154];
  assign sum_out_929 = pe6_15__sum_out;
  assign stationary_936 = stationary_edge__rows[197:176];
  assign sum_out_940 = pe7_0__sum_out;
  assign stationary_943 = stationary_edge__rows[197:176];
  assign sum_out_947 = pe7_1__sum_out;
  assign stationary_950 = stationary_edge__rows[197:176];
  assign sum_out_954 = pe7_2__sum_out;
  assign stationary_957 = stationary_edge__rows[197:176];
  assign sum_out_961 = pe7_3__sum_out;
  assign stationary_964 = stationary_edge__rows[197:176];
  assign sum_out_968 = pe7_4__sum_out;
  assign stationary_971 = stationary_edge__rows[197:176];
  assign sum_out_975 = pe7_5__sum_out;
  assign stationary_978 = stationary_edge__rows[197:176];
  assign sum_out_982 = pe7_6__sum_out;
  assign stationary_985 = stationary_edge__rows[197:176];
  assign sum_out_989 = pe7_7__sum_out;
  assign stationary_992 = stationary_edge__rows[197:176];
  assign sum_out_996 = pe7_8__sum_out;
  assign stationary_999 = stationary_edge__rows[197:176];
  assign sum_out_1003 = pe7_9__sum_out;
  assign stationary_1006 = stationary_edge__rows[197:176];
  assign sum_out_1010 = pe7_10__sum_out;
  assign stationary_1013 = stationary_edge__rows[197:176];
  assign sum_out_1017 = pe7_11__sum_out;
  assign stationary_1020 = stationary_edge__rows[197:176];
  assign sum_out_1024 = pe7_12__sum_out;
  assign stationary_1027 = stationary_edge__rows[197:176];
  assign sum_out_1031 = pe7_13__sum_out;
  assign stationary_1034 = stationary_edge__rows[197:176];
  assign sum_out_1038 = pe7_14__sum_out;
  assign stationary_1041 = stationary_edge__rows[197:176];
  assign sum_out_1045 = pe7_15__sum_out;
  assign stationary_1052 = stationary_edge__rows[219:198];
  assign sum_out_1056 = pe8_0__sum_out;
  assign stationary_1059 = stationary_edge__rows[219:198];
  assign sum_out_1063 = pe8_1__sum_out;
  assign stationary_1066 = stationary_edge__rows[219:198];
  assign sum_out_1070 = pe8_2__sum_out;
  assign stationary_1073 = stationary_edge__rows[219:198];
  assign sum_out_1077 = pe8_3__sum_out;
  assign stationary_1080 = stationary_edge__rows[219:198];
  assign sum_out_1084 = pe8_4__sum_out;
  assign stationary_1087 = stationary_edge__rows[219:198];
  assign sum_out_1091 = pe8_5__sum_out;
  assign stationary_1094 = stationary_edge__rows[219:198];
  assign sum_out_1098 = pe8_6__sum_out;
  assign stationary_1101 = stationary_edge__rows[219:198];
  assign sum_out_1105 = pe8_7__sum_out;
  assign stationary_1108 = stationary_edge__rows[219:198];
  assign sum_out_1112 = pe8_8__sum_out;
  assign stationary_1115 = stationary_edge__rows[219:198];
  assign sum_out_1119 = pe8_9__sum_out;
  assign stationary_1122 = stationary_edge__rows[219:198];
  assign sum_out_1126 = pe8_10__sum_out;
  assign stationary_1129 = stationary_edge__rows[219:198];
  assign sum_out_1133 = pe8_11__sum_out;
  assign stationary_1136 = stationary_edge__rows[219:198];
  assign sum_out_1140 = pe8_12__sum_out;
  assign stationary_1143 = stationary_edge__rows[219:198];
  assign sum_out_1147 = pe8_13__sum_out;
  assign stationary_1150 = stationary_edge__rows[219:198];
  assign sum_out_1154 = pe8_14__sum_out;
  assign stationary_1157 = stationary_edge__rows[219:198];
  assign sum_out_1161 = pe8_15__sum_out;
  assign stationary_1168 = stationary_edge__rows[241:220];
  assign sum_out_1172 = pe10_0__sum_in;
  assign stationary_1175 = stationary_edge__rows[241:220];
  assign sum_out_1179 = pe10_1__sum_in;
  assign stationary_1182 = stationary_edge__rows[241:220];
  assign sum_out_1186 = pe10_2__sum_in;
  assign stationary_1189 = stationary_edge__rows[241:220];
  assign sum_out_1193 = pe10_3__sum_in;
  assign stationary_1196 = stationary_edge__rows[241:220];
  assign sum_out_1200 = pe10_4__sum_in;
  assign stationary_1203 = stationary_edge__rows[241:220];
  assign sum_out_1207 = pe10_5__sum_in;
  assign stationary_1210 = stationary_edge__rows[241:220];
  assign sum_out_1214 = pe10_6__sum_in;
  assign stationary_1217 = stationary_edge__rows[241:220];
  assign sum_out_1221 = pe10_7__sum_in;
  assign stationary_1224 = stationary_edge__rows[241:220];
  assign sum_out_1228 = pe10_8__sum_in;
  assign stationary_1231 = stationary_edge__rows[241:220];
  assign sum_out_1235 = pe10_9__sum_in;
  assign stationary_1238 = stationary_edge__rows[241:220];
  assign sum_out_1242 = pe10_10__sum_in;
  assign stationary_1245 = stationary_edge__rows[241:220];
  assign sum_out_1249 = pe10_11__sum_in;
  assign stationary_1252 = stationary_edge__rows[241:220];
  assign sum_out_1256 = pe10_12__sum_in;
  assign stationary_1259 = stationary_edge__rows[241:220];
  assign sum_out_1263 = pe10_13__sum_in;
  assign stationary_1266 = stationary_edge__rows[241:220];
  assign sum_out_1270 = pe10_14__sum_in;
  assign stationary_1273 = stationary_edge__rows[241:220];
  assign sum_out_1277 = pe10_15__sum_in;
  assign stationary_1284 = stationary_edge__rows[263:242];
  assign sum_out_1288 = pe10_0__sum_out;
  assign stationary_1291 = stationary_edge__rows[263:242];
  assign sum_out_1295 = pe10_1__sum_out;
  assign stationary_1298 = stationary_edge__rows[263:242];
  assign sum_out_1302 = pe10_2__sum_out;
  assign stationary_1305 = stationary_edge__rows[263:242];
  assign sum_out_1309 = pe10_3__sum_out;
  assign stationary_1312 = stationary_edge__rows[263:242];
  assign sum_out_1316 = pe10_4__sum_out;
  assign stationary_1319 = stationary_edge__rows[263:242];
  assign sum_out_1323 = pe10_5__sum_out;
  assign stationary_1326 = stationary_edge__rows[263:242];
  assign sum_out_1330 = pe10_6__sum_out;
  assign stationary_1333 = stationary_edge__rows[263:242];
  assign sum_out_1337 = pe10_7__sum_out;
  assign stationary_1340 = stationary_edge__rows[263:242];
  assign sum_out_1344 = pe10_8__sum_out;
  assign stationary_1347 = stationary_edge__rows[263:242];
  assign sum_out_1351 = pe10_9__sum_out;
  assign stationary_1354 = stationary_edge__rows[263:242];
  assign sum_out_1358 = pe10_10__sum_out;
  assign stationary_1361 = stationary_edge__rows[263:242];
  assign sum_out_1365 = pe10_11__sum_out;
  assign stationary_1368 = stationary_edge__rows[263:242];
  assign sum_out_1372 = pe10_12__sum_out;
  assign stationary_1375 = stationary_edge__rows[263:242];
  assign sum_out_1379 = pe10_13__sum_out;
  assign stationary_1382 = stationary_edge__rows[263:242];
  assign sum_out_1386 = pe10_14__sum_out;
  assign stationary_1389 = stationary_edge__rows[263:242];
  assign sum_out_1393 = pe10_15__sum_out;
  assign stationary_1400 = stationary_edge__rows[285:264];
  assign sum_out_1404 = pe11_0__sum_out;
  assign stationary_1407 = stationary_edge__rows[285:264];
  assign sum_out_1411 = pe11_1__sum_out;
  assign stationary_1414 = stationary_edge__rows[285:264];
  assign sum_out_1418 = pe11_2__sum_out;
  assign stationary_1421 = stationary_edge__rows[285:264];
  assign sum_out_1425 = pe11_3__sum_out;
  assign stationary_1428 = stationary_edge__rows[285:264];
  assign sum_out_1432 = pe11_4__sum_out;
  assign stationary_1435 = stationary_edge__rows[285:264];
  assign sum_out_1439 = pe11_5__sum_out;
  assign stationary_1442 = stationary_edge__rows[285:264];
  assign sum_out_1446 = pe11_6__sum_out;
  assign stationary_1449 = stationary_edge__rows[285:264];
  assign sum_out_1453 = pe11_7__sum_out;
  assign stationary_1456 = stationary_edge__rows[285:264];
  assign sum_out_1460 = pe11_8__sum_out;
  assign stationary_1463 = stationary_edge__rows[285:264];
  assign sum_out_1467 = pe11_9__sum_out;
  assign stationary_1470 = stationary_edge__rows[285:264];
  assign sum_out_1474 = pe11_10__sum_out;
  assign stationary_1477 = stationary_edge__rows[285:264];
  assign sum_out_1481 = pe11_11__sum_out;
  assign stationary_1484 = stationary_edge__rows[285:264];
  assign sum_out_1488 = pe11_12__sum_out;
  assign stationary_1491 = stationary_edge__rows[285:264];
  assign sum_out_1495 = pe11_13__sum_out;
  assign stationary_1498 = stationary_edge__rows[285:264];
  assign sum_out_1502 = pe11_14__sum_out;
  assign stationary_1505 = stationary_edge__rows[285:264];
  assign sum_out_1509 = pe11_15__sum_out;
  assign stationary_1516 = stationary_edge__rows[307:286];
  assign sum_out_1520 = pe12_0__sum_out;
  assign stationary_1523 = stationary_edge__rows[307:286];
  assign sum_out_1527 = pe12_1__sum_out;
  assign stationary_1530 = stationary_edge__rows[307:286];
  assign sum_out_1534 = pe12_2__sum_out;
  assign stationary_1537 = stationary_edge__rows[307:286];
  assign sum_out_1541 = pe12_3__sum_out;
  assign stationary_1544 = stationary_edge__rows[307:286];
  assign sum_out_1548 = pe12_4__sum_out;
  assign stationary_1551 = stationary_edge__rows[307:286];
  assign sum_out_1555 = pe12_5__sum_out;
  assign stationary_1558 = stationary_edge__rows[307:286];
  assign sum_out_1562 = pe12_6__sum_out;
  assign stationary_1565 = stationary_edge__rows[307:286];
  assign sum_out_1569 = pe12_7__sum_out;
  assign stationary_1572 = stationary_edge__rows[307:286];
  assign sum_out_1576 = pe12_8__sum_out;
  assign stationary_1579 = stationary_edge__rows[307:286];
  assign sum_out_1583 = pe12_9__sum_out;
  assign stationary_1586 = stationary_edge__rows[307:286];
  assign sum_out_1590 = pe12_10__sum_out;
  assign stationary_1593 = stationary_edge__rows[307:286];
  assign sum_out_1597 = pe12_11__sum_out;
  assign stationary_1600 = stationary_edge__rows[307:286];
  assign sum_out_1604 = pe12_12__sum_out;
  assign stationary_1607 = stationary_edge__rows[307:286];
  assign sum_out_1611 = pe12_13__sum_out;
  assign stationary_1614 = stationary_edge__rows[307:286];
  assign sum_out_1618 = pe12_14__sum_out;
  assign stationary_1621 = stationary_edge__rows[307:286];
  assign sum_out_1625 = pe12_15__sum_out;
  assign stationary_1632 = stationary_edge__rows[329:308];
  assign sum_out_1636 = pe13_0__sum_out;
  assign stationary_1639 = stationary_edge__rows[329:308];
  assign sum_out_1643 = pe13_1__sum_out;
  assign stationary_1646 = stationary_edge__rows[329:308];
  assign sum_out_1650 = pe13_2__sum_out;
  assign stationary_1653 = stationary_edge__rows[329:308];
  assign sum_out_1657 = pe13_3__sum_out;
  assign stationary_1660 = stationary_edge__rows[329:308];
  assign sum_out_1664 = pe13_4__sum_out;
  assign stationary_1667 = stationary_edge__rows[329:308];
  assign sum_out_1671 = pe13_5__sum_out;
  assign stationary_1674 = stationary_edge__rows[329:308];
  assign sum_out_1678 = pe13_6__sum_out;
  assign stationary_1681 = stationary_edge__rows[329:308];
  assign sum_out_1685 = pe13_7__sum_out;
  assign stationary_1688 = stationary_edge__rows[329:308];
  assign sum_out_1692 = pe13_8__sum_out;
  assign stationary_1695 = stationary_edge__rows[329:308];
  assign sum_out_1699 = pe13_9__sum_out;
  assign stationary_1702 = stationary_edge__rows[329:308];
  assign sum_out_1706 = pe13_10__sum_out;
  assign stationary_1709 = stationary_edge__rows[329:308];
  assign sum_out_1713 = pe13_11__sum_out;
  assign stationary_1716 = stationary_edge__rows[329:308];
  assign sum_out_1720 = pe13_12__sum_out;
  assign stationary_1723 = stationary_edge__rows[329:308];
  assign sum_out_1727 = pe13_13__sum_out;
  assign stationary_1730 = stationary_edge__rows[329:308];
  assign sum_out_1734 = pe13_14__sum_out;
  assign stationary_1737 = stationary_edge__rows[329:308];
  assign sum_out_1741 = pe13_15__sum_out;
  assign stationary_1748 = stationary_edge__rows[351:330];
  assign sum_out_1752 = pe14_0__sum_out;
  assign stationary_1755 = stationary_edge__rows[351:330];
  assign sum_out_1759 = pe14_1__sum_out;
  assign stationary_1762 = stationary_edge__rows[351:330];
  assign sum_out_1766 = pe14_2__sum_out;
  assign stationary_1769 = stationary_edge__rows[351:330];
  assign sum_out_1773 = pe14_3__sum_out;
  assign stationary_1776 = stationary_edge__rows[351:330];
  assign sum_out_1780 = pe14_4__sum_out;
  assign stationary_1783 = stationary_edge__rows[351:330];
  assign sum_out_1787 = pe14_5__sum_out;
  assign stationary_1790 = stationary_edge__rows[351:330];
  assign sum_out_1794 = pe14_6__sum_out;
  assign stationary_1797 = stationary_edge__rows[351:330];
  assign sum_out_1801 = pe14_7__sum_out;
  assign stationary_1804 = stationary_edge__rows[351:330];
  assign sum_out_1808 = pe14_8__sum_out;
  assign stationary_1811 = stationary_edge__rows[351:330];
  assign sum_out_1815 = pe14_9__sum_out;
  assign stationary_1818 = stationary_edge__rows[351:330];
  assign sum_out_1822 = pe14_10__sum_out;
  assign stationary_1825 = stationary_edge__rows[351:330];
  assign sum_out_1829 = pe14_11__sum_out;
  assign stationary_1832 = stationary_edge__rows[351:330];
  assign sum_out_1836 = pe14_12__sum_out;
  assign stationary_1839 = stationary_edge__rows[351:330];
  assign sum_out_1843 = pe14_13__sum_out;
  assign stationary_1846 = stationary_edge__rows[351:330];
  assign sum_out_1850 = pe14_14__sum_out;
  assign stationary_1853 = stationary_edge__rows[351:330];
  assign sum_out_1857 = pe14_15__sum_out;
  assign sums_valid = valid_13[34];
  assign raw_0 = raw[31:0];
  assign raw_1 = raw[63:32];
  assign raw_2 = raw[95:64];
  assign raw_3 = raw[127:96];
  assign raw_4 = raw[159:128];
  assign raw_5 = raw[191:160];
  assign raw_6_16 = raw[223:192];
  assign raw_7 = raw[255:224];
  assign raw_8 = raw[287:256];
  assign raw_9 = raw[319:288];
  assign raw_10 = raw[351:320];
  assign raw_11 = raw[383:352];
  assign raw_12 = raw[415:384];
  assign raw_13 = raw[447:416];
  assign raw_14 = raw[479:448];
  assign raw_15 = raw[511:480];
  assign moving_0 = raw[31:0];
  assign moving_1 = raw[63:32];
  assign moving_2 = raw[95:64];
  assign moving_3 = raw[127:96];
  assign moving_4 = raw[159:128];
  assign moving_5 = raw[191:160];
  assign moving_6 = raw[223:192];
  assign moving_7 = raw[255:224];
  assign moving_8 = raw[287:256];
  assign moving_9 = raw[319:288];
  assign moving_10 = raw[351:320];
  assign moving_11 = raw[383:352];
  assign moving_12 = raw[415:384];
  assign moving_13 = raw[447:416];
  assign moving_14 = raw[479:448];
  assign moving_15 = raw[511:480];
  assign raw_6_0 = raw_6[31:0];
  assign raw_6_1 = raw_6[63:32];
  assign raw_6_2 = raw_6[95:64];
  assign raw_6_3 = raw_6[127:96];
  assign raw_6_4 = raw_6[159:128];
  assign raw_6_5 = raw_6[191:160];
  assign raw_6_6 = raw_6[223:192];
  assign raw_6_7 = raw_6[255:224];
  assign raw_6_8 = raw_6[287:256];
  assign raw_6_9 = raw_6[319:288];
  assign raw_6_10 = raw_6[351:320];
  assign raw_6_11 = raw_6[383:352];
  assign raw_6_12 = raw_6[415:384];
  assign raw_6_13 = raw_6[447:416];
  assign raw_6_14 = raw_6[479:448];
  assign raw_6_15 = raw_6[511:480];
  assign stationary_0 = raw_6[31:0];
  assign stationary_1 = raw_6[63:32];
  assign stationary_2 = raw_6[95:64];
  assign stationary_3 = raw_6[127:96];
  assign stationary_4 = raw_6[159:128];
  assign stationary_5 = raw_6[191:160];
  assign stationary_6 = raw_6[223:192];
  assign stationary_7 = raw_6[255:224];
  assign stationary_8 = raw_6[287:256];
  assign stationary_9 = raw_6[319:288];
  assign stationary_10 = raw_6[351:320];
  assign stationary_11 = raw_6[383:352];
  assign stationary_12 = raw_6[415:384];
  assign stationary_13 = raw_6[447:416];
  assign stationary_14 = raw_6[479:448];
  assign stationary_15 = raw_6[511:480];
  assign rows_0 = rows[21:0];
  assign rows_0_fraction = rows[10:0];
  assign rows_0_leading = rows[11];
  assign rows_0_exponent = rows[20:12];
  assign rows_0_sign = rows[21];
  assign rows_1 = rows[43:22];
  assign rows_1_fraction = rows[32:22];
  assign rows_1_leading = rows[33];
  assign rows_1_exponent = rows[42:34];
  assign rows_1_sign = rows[43];
  assign rows_2 = rows[65:44];
  assign rows_2_fraction = rows[54:44];
  assign rows_2_leading = rows[55];
  assign rows_2_exponent = rows[64:56];
  assign rows_2_sign = rows[65];
  assign rows_3 = rows[87:66];
  assign rows_3_fraction = rows[76:66];
  assign rows_3_leading = rows[77];
  assign rows_3_exponent = rows[86:78];
  assign rows_3_sign = rows[87];
  assign rows_4 = rows[109:88];
  assign rows_4_fraction = rows[98:88];
  assign rows_4_leading = rows[99];
  assign rows_4_exponent = rows[108:100];
  assign rows_4_sign = rows[109];
  assign rows_5 = rows[131:110];
  assign rows_5_fraction = rows[120:110];
  assign rows_5_leading = rows[121];
  assign rows_5_exponent = rows[130:122];
  assign rows_5_sign = rows[131];
  assign rows_6 = rows[153:132];
  assign rows_6_fraction = rows[142:132];
  assign rows_6_leading = rows[143];
  assign rows_6_exponent = rows[152:144];
  assign rows_6_sign = rows[153];
  assign rows_7 = rows[175:154];
  assign rows_7_fraction = rows[164:154];
  assign rows_7_leading = rows[165];
  assign rows_7_exponent = rows[174:166];
  assign rows_7_sign = rows[175];
  assign rows_8 = rows[197:176];
  assign rows_8_fraction = rows[186:176];
  assign rows_8_leading = rows[187];
  assign rows_8_exponent = rows[196:188];
  assign rows_8_sign = rows[197];
  assign rows_9 = rows[219:198];
  assign rows_9_fraction = rows[208:198];
  assign rows_9_leading = rows[209];
  assign rows_9_exponent = rows[218:210];
  assign rows_9_sign = rows[219];
  assign rows_10 = rows[241:220];
  assign rows_10_fraction = rows[230:220];
  assign rows_10_leading = rows[231];
  assign rows_10_exponent = rows[240:232];
  assign rows_10_sign = rows[241];
  assign rows_11 = rows[263:242];
  assign rows_11_fraction = rows[252:242];
  assign rows_11_leading = rows[253];
  assign rows_11_exponent = rows[262:254];
  assign rows_11_sign = rows[263];
  assign rows_12 = rows[285:264];
  assign rows_12_fraction = rows[274:264];
  assign rows_12_leading = rows[275];
  assign rows_12_exponent = rows[284:276];
  assign rows_12_sign = rows[285];
  assign rows_13 = rows[307:286];
  assign rows_13_fraction = rows[296:286];
  assign rows_13_leading = rows[297];
  assign rows_13_exponent = rows[306:298];
  assign rows_13_sign = rows[307];
  assign rows_14 = rows[329:308];
  assign rows_14_fraction = rows[318:308];
  assign rows_14_leading = rows[319];
  assign rows_14_exponent = rows[328:320];
  assign rows_14_sign = rows[329];
  assign rows_15 = rows[351:330];
  assign rows_15_fraction = rows[340:330];
  assign rows_15_leading = rows[341];
  assign rows_15_exponent = rows[350:342];
  assign rows_15_sign = rows[351];
  assign stationary_23_fraction = stationary_edge__rows[10:0];
  assign stationary_23_leading = stationary_edge__rows[11];
  assign stationary_23_exponent = stationary_edge__rows[20:12];
  assign stationary_23_sign = stationary_edge__rows[21];
  assign rows_24_0 = stationary_edge__rows[21:0];
  assign rows_24_0_fraction = stationary_edge__rows[10:0];
  assign rows_24_0_leading = stationary_edge__rows[11];
  assign rows_24_0_exponent = stationary_edge__rows[20:12];
  assign rows_24_0_sign = stationary_edge__rows[21];
  assign rows_24_1 = stationary_edge__rows[43:22];
  assign rows_24_1_fraction = stationary_edge__rows[32:22];
  assign rows_24_1_leading = stationary_edge__rows[33];
  assign rows_24_1_exponent = stationary_edge__rows[42:34];
  assign rows_24_1_sign = stationary_edge__rows[43];
  assign rows_24_2 = stationary_edge__rows[65:44];
  assign rows_24_2_fraction = stationary_edge__rows[54:44];
  assign rows_24_2_leading = stationary_edge__rows[55];
  assign rows_24_2_exponent = stationary_edge__rows[64:56];
  assign rows_24_2_sign = stationary_edge__rows[65];
  assign rows_24_3 = stationary_edge__rows[87:66];
  assign rows_24_3_fraction = stationary_edge__rows[76:66];
  assign rows_24_3_leading = stationary_edge__rows[77];
  assign rows_24_3_exponent = stationary_edge__rows[86:78];
  assign rows_24_3_sign = stationary_edge__rows[87];
  assign rows_24_4 = stationary_edge__rows[109:88];
  assign rows_24_4_fraction = stationary_edge__rows[98:88];
  assign rows_24_4_leading = stationary_edge__rows[99];
  assign rows_24_4_exponent = stationary_edge__rows[108:100];
  assign rows_24_4_sign = stationary_edge__rows[109];
  assign rows_24_5 = stationary_edge__rows[131:110];
  assign rows_24_5_fraction = stationary_edge__rows[120:110];
  assign rows_24_5_leading = stationary_edge__rows[121];
  assign rows_24_5_exponent = stationary_edge__rows[130:122];
  assign rows_24_5_sign = stationary_edge__rows[131];
  assign rows_24_6 = stationary_edge__rows[153:132];
  assign rows_24_6_fraction = stationary_edge__rows[142:132];
  assign rows_24_6_leading = stationary_edge__rows[143];
  assign rows_24_6_exponent = stationary_edge__rows[152:144];
  assign rows_24_6_sign = stationary_edge__rows[153];
  assign rows_24_7 = stationary_edge__rows[175:154];
  assign rows_24_7_fraction = stationary_edge__rows[164:154];
  assign rows_24_7_leading = stationary_edge__rows[165];
  assign rows_24_7_exponent = stationary_edge__rows[174:166];
  assign rows_24_7_sign = stationary_edge__rows[175];
  assign rows_24_8 = stationary_edge__rows[197:176];
  assign rows_24_8_fraction = stationary_edge__rows[186:176];
  assign rows_24_8_leading = stationary_edge__rows[187];
  assign rows_24_8_exponent = stationary_edge__rows[196:188];
  assign rows_24_8_sign = stationary_edge__rows[197];
  assign rows_24_9 = stationary_edge__rows[219:198];
  assign rows_24_9_fraction = stationary_edge__rows[208:198];
  assign rows_24_9_leading = stationary_edge__rows[209];
  assign rows_24_9_exponent = stationary_edge__rows[218:210];
  assign rows_24_9_sign = stationary_edge__rows[219];
  assign rows_24_10 = stationary_edge__rows[241:220];
  assign rows_24_10_fraction = stationary_edge__rows[230:220];
  assign rows_24_10_leading = stationary_edge__rows[231];
  assign rows_24_10_exponent = stationary_edge__rows[240:232];
  assign rows_24_10_sign = stationary_edge__rows[241];
  assign rows_24_11 = stationary_edge__rows[263:242];
  assign rows_24_11_fraction = stationary_edge__rows[252:242];
  assign rows_24_11_leading = stationary_edge__rows[253];
  assign rows_24_11_exponent = stationary_edge__rows[262:254];
  assign rows_24_11_sign = stationary_edge__rows[263];
  assign rows_24_12 = stationary_edge__rows[285:264];
  assign rows_24_12_fraction = stationary_edge__rows[274:264];
  assign rows_24_12_leading = stationary_edge__rows[275];
  assign rows_24_12_exponent = stationary_edge__rows[284:276];
  assign rows_24_12_sign = stationary_edge__rows[285];
  assign rows_24_13 = stationary_edge__rows[307:286];
  assign rows_24_13_fraction = stationary_edge__rows[296:286];
  assign rows_24_13_leading = stationary_edge__rows[297];
  assign rows_24_13_exponent = stationary_edge__rows[306:298];
  assign rows_24_13_sign = stationary_edge__rows[307];
  assign rows_24_14 = stationary_edge__rows[329:308];
  assign rows_24_14_fraction = stationary_edge__rows[318:308];
  assign rows_24_14_leading = stationary_edge__rows[319];
  assign rows_24_14_exponent = stationary_edge__rows[328:320];
  assign rows_24_14_sign = stationary_edge__rows[329];
  assign rows_24_15 = stationary_edge__rows[351:330];
  assign rows_24_15_fraction = stationary_edge__rows[340:330];
  assign rows_24_15_leading = stationary_edge__rows[341];
  assign rows_24_15_exponent = stationary_edge__rows[350:342];
  assign rows_24_15_sign = stationary_edge__rows[351];
  assign stationary_30_fraction = stationary_edge__rows[10:0];
  assign stationary_30_leading = stationary_edge__rows[11];
  assign stationary_30_exponent = stationary_edge__rows[20:12];
  assign stationary_30_sign = stationary_edge__rows[21];
  assign stationary_36_fraction = stationary_edge__rows[10:0];
  assign stationary_36_leading = stationary_edge__rows[11];
  assign stationary_36_exponent = stationary_edge__rows[20:12];
  assign stationary_36_sign = stationary_edge__rows[21];
  assign stationary_42_fraction = stationary_edge__rows[10:0];
  assign stationary_42_leading = stationary_edge__rows[11];
  assign stationary_42_exponent = stationary_edge__rows[20:12];
  assign stationary_42_sign = stationary_edge__rows[21];
  assign stationary_48_fraction = stationary_edge__rows[10:0];
  assign stationary_48_leading = stationary_edge__rows[11];
  assign stationary_48_exponent = stationary_edge__rows[20:12];
  assign stationary_48_sign = stationary_edge__rows[21];
  assign stationary_54_fraction = stationary_edge__rows[10:0];
  assign stationary_54_leading = stationary_edge__rows[11];
  assign stationary_54_exponent = stationary_edge__rows[20:12];
  assign stationary_54_sign = stationary_edge__rows[21];
  assign stationary_60_fraction = stationary_edge__rows[10:0];
  assign stationary_60_leading = stationary_edge__rows[11];
  assign stationary_60_exponent = stationary_edge__rows[20:12];
  assign stationary_60_sign = stationary_edge__rows[21];
  assign stationary_66_fraction = stationary_edge__rows[10:0];
  assign stationary_66_leading = stationary_edge__rows[11];
  assign stationary_66_exponent = stationary_edge__rows[20:12];
  assign stationary_66_sign = stationary_edge__rows[21];
  assign stationary_72_fraction = stationary_edge__rows[10:0];
  assign stationary_72_leading = stationary_edge__rows[11];
  assign stationary_72_exponent = stationary_edge__rows[20:12];
  assign stationary_72_sign = stationary_edge__rows[21];
  assign stationary_78_fraction = stationary_edge__rows[10:0];
  assign stationary_78_leading = stationary_edge__rows[11];
  assign stationary_78_exponent = stationary_edge__rows[20:12];
  assign stationary_78_sign = stationary_edge__rows[21];
  assign stationary_84_fraction = stationary_edge__rows[10:0];
  assign stationary_84_leading = stationary_edge__rows[11];
  assign stationary_84_exponent = stationary_edge__rows[20:12];
  assign stationary_84_sign = stationary_edge__rows[21];
  assign stationary_90_fraction = stationary_edge__rows[10:0];
  assign stationary_90_leading = stationary_edge__rows[11];
  assign stationary_90_exponent = stationary_edge__rows[20:12];
  assign stationary_90_sign = stationary_edge__rows[21];
  assign stationary_96_fraction = stationary_edge__rows[10:0];
  assign stationary_96_leading = stationary_edge__rows[11];
  assign stationary_96_exponent = stationary_edge__rows[20:12];
  assign stationary_96_sign = stationary_edge__rows[21];
  assign stationary_102_fraction = stationary_edge__rows[10:0];
  assign stationary_102_leading = stationary_edge__rows[11];
  assign stationary_102_exponent = stationary_edge__rows[20:12];
  assign stationary_102_sign = stationary_edge__rows[21];
  assign stationary_108_fraction = stationary_edge__rows[10:0];
  assign stationary_108_leading = stationary_edge__rows[11];
  assign stationary_108_exponent = stationary_edge__rows[20:12];
  assign stationary_108_sign = stationary_edge__rows[21];
  assign stationary_114_fraction = stationary_edge__rows[10:0];
  assign stationary_114_leading = stationary_edge__rows[11];
  assign stationary_114_exponent = stationary_edge__rows[20:12];
  assign stationary_114_sign = stationary_edge__rows[21];
  assign stationary_124_fraction = stationary_edge__rows[32:22];
  assign stationary_124_leading = stationary_edge__rows[33];
  assign stationary_124_exponent = stationary_edge__rows[42:34];
  assign stationary_124_sign = stationary_edge__rows[43];
  assign stationary_131_fraction = stationary_edge__rows[32:22];
  assign stationary_131_leading = stationary_edge__rows[33];
  assign stationary_131_exponent = stationary_edge__rows[42:34];
  assign stationary_131_sign = stationary_edge__rows[43];
  assign stationary_138_fraction = stationary_edge__rows[32:22];
  assign stationary_138_leading = stationary_edge__rows[33];
  assign stationary_138_exponent = stationary_edge__rows[42:34];
  assign stationary_138_sign = stationary_edge__rows[43];
  assign stationary_145_fraction = stationary_edge__rows[32:22];
  assign stationary_145_leading = stationary_edge__rows[33];
  assign stationary_145_exponent = stationary_edge__rows[42:34];
  assign stationary_145_sign = stationary_edge__rows[43];
  assign stationary_152_fraction = stationary_edge__rows[32:22];
  assign stationary_152_leading = stationary_edge__rows[33];
  assign stationary_152_exponent = stationary_edge__rows[42:34];
  assign stationary_152_sign = stationary_edge__rows[43];
  assign stationary_159_fraction = stationary_edge__rows[32:22];
  assign stationary_159_leading = stationary_edge__rows[33];
  assign stationary_159_exponent = stationary_edge__rows[42:34];
  assign stationary_159_sign = stationary_edge__rows[43];
  assign stationary_166_fraction = stationary_edge__rows[32:22];
  assign stationary_166_leading = stationary_edge__rows[33];
  assign stationary_166_exponent = stationary_edge__rows[42:34];
  assign stationary_166_sign = stationary_edge__rows[43];
  assign stationary_173_fraction = stationary_edge__rows[32:22];
  assign stationary_173_leading = stationary_edge__rows[33];
  assign stationary_173_exponent = stationary_edge__rows[42:34];
  assign stationary_173_sign = stationary_edge__rows[43];
  assign stationary_180_fraction = stationary_edge__rows[32:22];
  assign stationary_180_leading = stationary_edge__rows[33];
  assign stationary_180_exponent = stationary_edge__rows[42:34];
  assign stationary_180_sign = stationary_edge__rows[43];
  assign stationary_187_fraction = stationary_edge__rows[32:22];
  assign stationary_187_leading = stationary_edge__rows[33];
  assign stationary_187_exponent = stationary_edge__rows[42:34];
  assign stationary_187_sign = stationary_edge__rows[43];
  assign stationary_194_fraction = stationary_edge__rows[32:22];
  assign stationary_194_leading = stationary_edge__rows[33];
  assign stationary_194_exponent = stationary_edge__rows[42:34];
  assign stationary_194_sign = stationary_edge__rows[43];
  assign stationary_201_fraction = stationary_edge__rows[32:22];
  assign stationary_201_leading = stationary_edge__rows[33];
  assign stationary_201_exponent = stationary_edge__rows[42:34];
  assign stationary_201_sign = stationary_edge__rows[43];
  assign stationary_208_fraction = stationary_edge__rows[32:22];
  assign stationary_208_leading = stationary_edge__rows[33];
  assign stationary_208_exponent = stationary_edge__rows[42:34];
  assign stationary_208_sign = stationary_edge__rows[43];
  assign stationary_215_fraction = stationary_edge__rows[32:22];
  assign stationary_215_leading = stationary_edge__rows[33];
  assign stationary_215_exponent = stationary_edge__rows[42:34];
  assign stationary_215_sign = stationary_edge__rows[43];
  assign stationary_222_fraction = stationary_edge__rows[32:22];
  assign stationary_222_leading = stationary_edge__rows[33];
  assign stationary_222_exponent = stationary_edge__rows[42:34];
  assign stationary_222_sign = stationary_edge__rows[43];
  assign stationary_229_fraction = stationary_edge__rows[32:22];
  assign stationary_229_leading = stationary_edge__rows[33];
  assign stationary_229_exponent = stationary_edge__rows[42:34];
  assign stationary_229_sign = stationary_edge__rows[43];
  assign stationary_240_fraction = stationary_edge__rows[54:44];
  assign stationary_240_leading = stationary_edge__rows[55];
  assign stationary_240_exponent = stationary_edge__rows[64:56];
  assign stationary_240_sign = stationary_edge__rows[65];
  assign stationary_247_fraction = stationary_edge__rows[54:44];
  assign stationary_247_leading = stationary_edge__rows[55];
  assign stationary_247_exponent = stationary_edge__rows[64:56];
  assign stationary_247_sign = stationary_edge__rows[65];
  assign stationary_254_fraction = stationary_edge__rows[54:44];
  assign stationary_254_leading = stationary_edge__rows[55];
  assign stationary_254_exponent = stationary_edge__rows[64:56];
  assign stationary_254_sign = stationary_edge__rows[65];
  assign stationary_261_fraction = stationary_edge__rows[54:44];
  assign stationary_261_leading = stationary_edge__rows[55];
  assign stationary_261_exponent = stationary_edge__rows[64:56];
  assign stationary_261_sign = stationary_edge__rows[65];
  assign stationary_268_fraction = stationary_edge__rows[54:44];
  assign stationary_268_leading = stationary_edge__rows[55];
  assign stationary_268_exponent = stationary_edge__rows[64:56];
  assign stationary_268_sign = stationary_edge__rows[65];
  assign stationary_275_fraction = stationary_edge__rows[54:44];
  assign stationary_275_leading = stationary_edge__rows[55];
  assign stationary_275_exponent = stationary_edge__rows[64:56];
  assign stationary_275_sign = stationary_edge__rows[65];
  assign stationary_282_fraction = stationary_edge__rows[54:44];
  assign stationary_282_leading = stationary_edge__rows[55];
  assign stationary_282_exponent = stationary_edge__rows[64:56];
  assign stationary_282_sign = stationary_edge__rows[65];
  assign stationary_289_fraction = stationary_edge__rows[54:44];
  assign stationary_289_leading = stationary_edge__rows[55];
  assign stationary_289_exponent = stationary_edge__rows[64:56];
  assign stationary_289_sign = stationary_edge__rows[65];
  assign stationary_296_fraction = stationary_edge__rows[54:44];
  assign stationary_296_leading = stationary_edge__rows[55];
  assign stationary_296_exponent = stationary_edge__rows[64:56];
  assign stationary_296_sign = stationary_edge__rows[65];
  assign stationary_303_fraction = stationary_edge__rows[54:44];
  assign stationary_303_leading = stationary_edge__rows[55];
  assign stationary_303_exponent = stationary_edge__rows[64:56];
  assign stationary_303_sign = stationary_edge__rows[65];
  assign stationary_310_fraction = stationary_edge__rows[54:44];
  assign stationary_310_leading = stationary_edge__rows[55];
  assign stationary_310_exponent = stationary_edge__rows[64:56];
  assign stationary_310_sign = stationary_edge__rows[65];
  assign stationary_317_fraction = stationary_edge__rows[54:44];
  assign stationary_317_leading = stationary_edge__rows[55];
  assign stationary_317_exponent = stationary_edge__rows[64:56];
  assign stationary_317_sign = stationary_edge__rows[65];
  assign stationary_324_fraction = stationary_edge__rows[54:44];
  assign stationary_324_leading = stationary_edge__rows[55];
  assign stationary_324_exponent = stationary_edge__rows[64:56];
  assign stationary_324_sign = stationary_edge__rows[65];
  assign stationary_331_fraction = stationary_edge__rows[54:44];
  assign stationary_331_leading = stationary_edge__rows[55];
  assign stationary_331_exponent = stationary_edge__rows[64:56];
  assign stationary_331_sign = stationary_edge__rows[65];
  assign stationary_338_fraction = stationary_edge__rows[54:44];
  assign stationary_338_leading = stationary_edge__rows[55];
  assign stationary_338_exponent = stationary_edge__rows[64:56];
  assign stationary_338_sign = stationary_edge__rows[65];
  assign stationary_345_fraction = stationary_edge__rows[54:44];
  assign stationary_345_leading = stationary_edge__rows[55];
  assign stationary_345_exponent = stationary_edge__rows[64:56];
  assign stationary_345_sign = stationary_edge__rows[65];
  assign stationary_356_fraction = stationary_edge__rows[76:66];
  assign stationary_356_leading = stationary_edge__rows[77];
  assign stationary_356_exponent = stationary_edge__rows[86:78];
  assign stationary_356_sign = stationary_edge__rows[87];
  assign stationary_363_fraction = stationary_edge__rows[76:66];
  assign stationary_363_leading = stationary_edge__rows[77];
  assign stationary_363_exponent = stationary_edge__rows[86:78];
  assign stationary_363_sign = stationary_edge__rows[87];
  assign stationary_370_fraction = stationary_edge__rows[76:66];
  assign stationary_370_leading = stationary_edge__rows[77];
  assign stationary_370_exponent = stationary_edge__rows[86:78];
  assign stationary_370_sign = stationary_edge__rows[87];
  assign stationary_377_fraction = stationary_edge__rows[76:66];
  assign stationary_377_leading = stationary_edge__rows[77];
  assign stationary_377_exponent = stationary_edge__rows[86:78];
  assign stationary_377_sign = stationary_edge__rows[87];
  assign stationary_384_fraction = stationary_edge__rows[76:66];
  assign stationary_384_leading = stationary_edge__rows[77];
  assign stationary_384_exponent = stationary_edge__rows[86:78];
  assign stationary_384_sign = stationary_edge__rows[87];
  assign stationary_391_fraction = stationary_edge__rows[76:66];
  assign stationary_391_leading = stationary_edge__rows[77];
  assign stationary_391_exponent = stationary_edge__rows[86:78];
  assign stationary_391_sign = stationary_edge__rows[87];
  assign stationary_398_fraction = stationary_edge__rows[76:66];
  assign stationary_398_leading = stationary_edge__rows[77];
  assign stationary_398_exponent = stationary_edge__rows[86:78];
  assign stationary_398_sign = stationary_edge__rows[87];
  assign stationary_405_fraction = stationary_edge__rows[76:66];
  assign stationary_405_leading = stationary_edge__rows[77];
  assign stationary_405_exponent = stationary_edge__rows[86:78];
  assign stationary_405_sign = stationary_edge__rows[87];
  assign stationary_412_fraction = stationary_edge__rows[76:66];
  assign stationary_412_leading = stationary_edge__rows[77];
  assign stationary_412_exponent = stationary_edge__rows[86:78];
  assign stationary_412_sign = stationary_edge__rows[87];
  assign stationary_419_fraction = stationary_edge__rows[76:66];
  assign stationary_419_leading = stationary_edge__rows[77];
  assign stationary_419_exponent = stationary_edge__rows[86:78];
  assign stationary_419_sign = stationary_edge__rows[87];
  assign stationary_426_fraction = stationary_edge__rows[76:66];
  assign stationary_426_leading = stationary_edge__rows[77];
  assign stationary_426_exponent = stationary_edge__rows[86:78];
  assign stationary_426_sign = stationary_edge__rows[87];
  assign stationary_433_fraction = stationary_edge__rows[76:66];
  assign stationary_433_leading = stationary_edge__rows[77];
  assign stationary_433_exponent = stationary_edge__rows[86:78];
  assign stationary_433_sign = stationary_edge__rows[87];
  assign stationary_440_fraction = stationary_edge__rows[76:66];
  assign stationary_440_leading = stationary_edge__rows[77];
  assign stationary_440_exponent = stationary_edge__rows[86:78];
  assign stationary_440_sign = stationary_edge__rows[87];
  assign stationary_447_fraction = stationary_edge__rows[76:66];
  assign stationary_447_leading = stationary_edge__rows[77];
  assign stationary_447_exponent = stationary_edge__rows[86:78];
  assign stationary_447_sign = stationary_edge__rows[87];
  assign stationary_454_fraction = stationary_edge__rows[76:66];
  assign stationary_454_leading = stationary_edge__rows[77];
  assign stationary_454_exponent = stationary_edge__rows[86:78];
  assign stationary_454_sign = stationary_edge__rows[87];
  assign stationary_461_fraction = stationary_edge__rows[76:66];
  assign stationary_461_leading = stationary_edge__rows[77];
  assign stationary_461_exponent = stationary_edge__rows[86:78];
  assign stationary_461_sign = stationary_edge__rows[87];
  assign stationary_472_fraction = stationary_edge__rows[98:88];
  assign stationary_472_leading = stationary_edge__rows[99];
  assign stationary_472_exponent = stationary_edge__rows[108:100];
  assign stationary_472_sign = stationary_edge__rows[109];
  assign stationary_479_fraction = stationary_edge__rows[98:88];
  assign stationary_479_leading = stationary_edge__rows[99];
  assign stationary_479_exponent = stationary_edge__rows[108:100];
  assign stationary_479_sign = stationary_edge__rows[109];
  assign stationary_486_fraction = stationary_edge__rows[98:88];
  assign stationary_486_leading = stationary_edge__rows[99];
  assign stationary_486_exponent = stationary_edge__rows[108:100];
  assign stationary_486_sign = stationary_edge__rows[109];
  assign stationary_493_fraction = stationary_edge__rows[98:88];
  assign stationary_493_leading = stationary_edge__rows[99];
  assign stationary_493_exponent = stationary_edge__rows[108:100];
  assign stationary_493_sign = stationary_edge__rows[109];
  assign stationary_500_fraction = stationary_edge__rows[98:88];
  assign stationary_500_leading = stationary_edge__rows[99];
  assign stationary_500_exponent = stationary_edge__rows[108:100];
  assign stationary_500_sign = stationary_edge__rows[109];
  assign stationary_507_fraction = stationary_edge__rows[98:88];
  assign stationary_507_leading = stationary_edge__rows[99];
  assign stationary_507_exponent = stationary_edge__rows[108:100];
  assign stationary_507_sign = stationary_edge__rows[109];
  assign stationary_514_fraction = stationary_edge__rows[98:88];
  assign stationary_514_leading = stationary_edge__rows[99];
  assign stationary_514_exponent = stationary_edge__rows[108:100];
  assign stationary_514_sign = stationary_edge__rows[109];
  assign stationary_521_fraction = stationary_edge__rows[98:88];
  assign stationary_521_leading = stationary_edge__rows[99];
  assign stationary_521_exponent = stationary_edge__rows[108:100];
  assign stationary_521_sign = stationary_edge__rows[109];
  assign stationary_528_fraction = stationary_edge__rows[98:88];
  assign stationary_528_leading = stationary_edge__rows[99];
  assign stationary_528_exponent = stationary_edge__rows[108:100];
  assign stationary_528_sign = stationary_edge__rows[109];
  assign stationary_535_fraction = stationary_edge__rows[98:88];
  assign stationary_535_leading = stationary_edge__rows[99];
  assign stationary_535_exponent = stationary_edge__rows[108:100];
  assign stationary_535_sign = stationary_edge__rows[109];
  assign stationary_542_fraction = stationary_edge__rows[98:88];
  assign stationary_542_leading = stationary_edge__rows[99];
  assign stationary_542_exponent = stationary_edge__rows[108:100];
  assign stationary_542_sign = stationary_edge__rows[109];
  assign stationary_549_fraction = stationary_edge__rows[98:88];
  assign stationary_549_leading = stationary_edge__rows[99];
  assign stationary_549_exponent = stationary_edge__rows[108:100];
  assign stationary_549_sign = stationary_edge__rows[109];
  assign stationary_556_fraction = stationary_edge__rows[98:88];
  assign stationary_556_leading = stationary_edge__rows[99];
  assign stationary_556_exponent = stationary_edge__rows[108:100];
  assign stationary_556_sign = stationary_edge__rows[109];
  assign stationary_563_fraction = stationary_edge__rows[98:88];
  assign stationary_563_leading = stationary_edge__rows[99];
  assign stationary_563_exponent = stationary_edge__rows[108:100];
  assign stationary_563_sign = stationary_edge__rows[109];
  assign stationary_570_fraction = stationary_edge__rows[98:88];
  assign stationary_570_leading = stationary_edge__rows[99];
  assign stationary_570_exponent = stationary_edge__rows[108:100];
  assign stationary_570_sign = stationary_edge__rows[109];
  assign stationary_577_fraction = stationary_edge__rows[98:88];
  assign stationary_577_leading = stationary_edge__rows[99];
  assign stationary_577_exponent = stationary_edge__rows[108:100];
  assign stationary_577_sign = stationary_edge__rows[109];
  assign stationary_588_fraction = stationary_edge__rows[120:110];
  assign stationary_588_leading = stationary_edge__rows[121];
  assign stationary_588_exponent = stationary_edge__rows[130:122];
  assign stationary_588_sign = stationary_edge__rows[131];
  assign stationary_595_fraction = stationary_edge__rows[120:110];
  assign stationary_595_leading = stationary_edge__rows[121];
  assign stationary_595_exponent = stationary_edge__rows[130:122];
  assign stationary_595_sign = stationary_edge__rows[131];
  assign stationary_602_fraction = stationary_edge__rows[120:110];
  assign stationary_602_leading = stationary_edge__rows[121];
  assign stationary_602_exponent = stationary_edge__rows[130:122];
  assign stationary_602_sign = stationary_edge__rows[131];
  assign stationary_609_fraction = stationary_edge__rows[120:110];
  assign stationary_609_leading = stationary_edge__rows[121];
  assign stationary_609_exponent = stationary_edge__rows[130:122];
  assign stationary_609_sign = stationary_edge__rows[131];
  assign stationary_616_fraction = stationary_edge__rows[120:110];
  assign stationary_616_leading = stationary_edge__rows[121];
  assign stationary_616_exponent = stationary_edge__rows[130:122];
  assign stationary_616_sign = stationary_edge__rows[131];
  assign stationary_623_fraction = stationary_edge__rows[120:110];
  assign stationary_623_leading = stationary_edge__rows[121];
  assign stationary_623_exponent = stationary_edge__rows[130:122];
  assign stationary_623_sign = stationary_edge__rows[131];
  assign stationary_630_fraction = stationary_edge__rows[120:110];
  assign stationary_630_leading = stationary_edge__rows[121];
  assign stationary_630_exponent = stationary_edge__rows[130:122];
  assign stationary_630_sign = stationary_edge__rows[131];
  assign stationary_637_fraction = stationary_edge__rows[120:110];
  assign stationary_637_leading = stationary_edge__rows[121];
  assign stationary_637_exponent = stationary_edge__rows[130:122];
  assign stationary_637_sign = stationary_edge__rows[131];
  assign stationary_644_fraction = stationary_edge__rows[120:110];
  assign stationary_644_leading = stationary_edge__rows[121];
  assign stationary_644_exponent = stationary_edge__rows[130:122];
  assign stationary_644_sign = stationary_edge__rows[131];
  assign stationary_651_fraction = stationary_edge__rows[120:110];
  assign stationary_651_leading = stationary_edge__rows[121];
  assign stationary_651_exponent = stationary_edge__rows[130:122];
  assign stationary_651_sign = stationary_edge__rows[131];
  assign stationary_658_fraction = stationary_edge__rows[120:110];
  assign stationary_658_leading = stationary_edge__rows[121];
  assign stationary_658_exponent = stationary_edge__rows[130:122];
  assign stationary_658_sign = stationary_edge__rows[131];
  assign stationary_665_fraction = stationary_edge__rows[120:110];
  assign stationary_665_leading = stationary_edge__rows[121];
  assign stationary_665_exponent = stationary_edge__rows[130:122];
  assign stationary_665_sign = stationary_edge__rows[131];
  assign stationary_672_fraction = stationary_edge__rows[120:110];
  assign stationary_672_leading = stationary_edge__rows[121];
  assign stationary_672_exponent = stationary_edge__rows[130:122];
  assign stationary_672_sign = stationary_edge__rows[131];
  assign stationary_679_fraction = stationary_edge__rows[120:110];
  assign stationary_679_leading = stationary_edge__rows[121];
  assign stationary_679_exponent = stationary_edge__rows[130:122];
  assign stationary_679_sign = stationary_edge__rows[131];
  assign stationary_686_fraction = stationary_edge__rows[120:110];
  assign stationary_686_leading = stationary_edge__rows[121];
  assign stationary_686_exponent = stationary_edge__rows[130:122];
  assign stationary_686_sign = stationary_edge__rows[131];
  assign stationary_693_fraction = stationary_edge__rows[120:110];
  assign stationary_693_leading = stationary_edge__rows[121];
  assign stationary_693_exponent = stationary_edge__rows[130:122];
  assign stationary_693_sign = stationary_edge__rows[131];
  assign stationary_704_fraction = stationary_edge__rows[142:132];
  assign stationary_704_leading = stationary_edge__rows[143];
  assign stationary_704_exponent = stationary_edge__rows[152:144];
  assign stationary_704_sign = stationary_edge__rows[153];
  assign stationary_711_fraction = stationary_edge__rows[142:132];
  assign stationary_711_leading = stationary_edge__rows[143];
  assign stationary_711_exponent = stationary_edge__rows[152:144];
  assign stationary_711_sign = stationary_edge__rows[153];
  assign stationary_718_fraction = stationary_edge__rows[142:132];
  assign stationary_718_leading = stationary_edge__rows[143];
  assign stationary_718_exponent = stationary_edge__rows[152:144];
  assign stationary_718_sign = stationary_edge__rows[153];
  assign stationary_725_fraction = stationary_edge__rows[142:132];
  assign stationary_725_leading = stationary_edge__rows[143];
  assign stationary_725_exponent = stationary_edge__rows[152:144];
  assign stationary_725_sign = stationary_edge__rows[153];
  assign stationary_732_fraction = stationary_edge__rows[142:132];
  assign stationary_732_leading = stationary_edge__rows[143];
  assign stationary_732_exponent = stationary_edge__rows[152:144];
  assign stationary_732_sign = stationary_edge__rows[153];
  assign stationary_739_fraction = stationary_edge__rows[142:132];
  assign stationary_739_leading = stationary_edge__rows[143];
  assign stationary_739_exponent = stationary_edge__rows[152:144];
  assign stationary_739_sign = stationary_edge__rows[153];
  assign stationary_746_fraction = stationary_edge__rows[142:132];
  assign stationary_746_leading = stationary_edge__rows[143];
  assign stationary_746_exponent = stationary_edge__rows[152:144];
  assign stationary_746_sign = stationary_edge__rows[153];
  assign stationary_753_fraction = stationary_edge__rows[142:132];
  assign stationary_753_leading = stationary_edge__rows[143];
  assign stationary_753_exponent = stationary_edge__rows[152:144];
  assign stationary_753_sign = stationary_edge__rows[153];
  assign stationary_760_fraction = stationary_edge__rows[142:132];
  assign stationary_760_leading = stationary_edge__rows[143];
  assign stationary_760_exponent = stationary_edge__rows[152:144];
  assign stationary_760_sign = stationary_edge__rows[153];
  assign stationary_767_fraction = stationary_edge__rows[142:132];
  assign stationary_767_leading = stationary_edge__rows[143];
  assign stationary_767_exponent = stationary_edge__rows[152:144];
  assign stationary_767_sign = stationary_edge__rows[153];
  assign stationary_774_fraction = stationary_edge__rows[142:132];
  assign stationary_774_leading = stationary_edge__rows[143];
  assign stationary_774_exponent = stationary_edge__rows[152:144];
  assign stationary_774_sign = stationary_edge__rows[153];
  assign stationary_781_fraction = stationary_edge__rows[142:132];
  assign stationary_781_leading = stationary_edge__rows[143];
  assign stationary_781_exponent = stationary_edge__rows[152:144];
  assign stationary_781_sign = stationary_edge__rows[153];
  assign stationary_788_fraction = stationary_edge__rows[142:132];
  assign stationary_788_leading = stationary_edge__rows[143];
  assign stationary_788_exponent = stationary_edge__rows[152:144];
  assign stationary_788_sign = stationary_edge__rows[153];
  assign stationary_795_fraction = stationary_edge__rows[142:132];
  assign stationary_795_leading = stationary_edge__rows[143];
  assign stationary_795_exponent = stationary_edge__rows[152:144];
  assign stationary_795_sign = stationary_edge__rows[153];
  assign stationary_802_fraction = stationary_edge__rows[142:132];
  assign stationary_802_leading = stationary_edge__rows[143];
  assign stationary_802_exponent = stationary_edge__rows[152:144];
  assign stationary_802_sign = stationary_edge__rows[153];
  assign stationary_809_fraction = stationary_edge__rows[142:132];
  assign stationary_809_leading = stationary_edge__rows[143];
  assign stationary_809_exponent = stationary_edge__rows[152:144];
  assign stationary_809_sign = stationary_edge__rows[153];
  assign stationary_820_fraction = stationary_edge__rows[164:154];
  assign stationary_820_leading = stationary_edge__rows[165];
  assign stationary_820_exponent = stationary_edge__rows[174:166];
  assign stationary_820_sign = stationary_edge__rows[175];
  assign stationary_827_fraction = stationary_edge__rows[164:154];
  assign stationary_827_leading = stationary_edge__rows[165];
  assign stationary_827_exponent = stationary_edge__rows[174:166];
  assign stationary_827_sign = stationary_edge__rows[175];
  assign stationary_834_fraction = stationary_edge__rows[164:154];
  assign stationary_834_leading = stationary_edge__rows[165];
  assign stationary_834_exponent = stationary_edge__rows[174:166];
  assign stationary_834_sign = stationary_edge__rows[175];
  assign stationary_841_fraction = stationary_edge__rows[164:154];
  assign stationary_841_leading = stationary_edge__rows[165];
  assign stationary_841_exponent = stationary_edge__rows[174:166];
  assign stationary_841_sign = stationary_edge__rows[175];
  assign stationary_848_fraction = stationary_edge__rows[164:154];
  assign stationary_848_leading = stationary_edge__rows[165];
  assign stationary_848_exponent = stationary_edge__rows[174:166];
  assign stationary_848_sign = stationary_edge__rows[175];
  assign stationary_855_fraction = stationary_edge__rows[164:154];
  assign stationary_855_leading = stationary_edge__rows[165];
  assign stationary_855_exponent = stationary_edge__rows[174:166];
  assign stationary_855_sign = stationary_edge__rows[175];
  assign stationary_862_fraction = stationary_edge__rows[164:154];
  assign stationary_862_leading = stationary_edge__rows[165];
  assign stationary_862_exponent = stationary_edge__rows[174:166];
  assign stationary_862_sign = stationary_edge__rows[175];
  assign stationary_869_fraction = stationary_edge__rows[164:154];
  assign stationary_869_leading = stationary_edge__rows[165];
  assign stationary_869_exponent = stationary_edge__rows[174:166];
  assign stationary_869_sign = stationary_edge__rows[175];
  assign stationary_876_fraction = stationary_edge__rows[164:154];
  assign stationary_876_leading = stationary_edge__rows[165];
  assign stationary_876_exponent = stationary_edge__rows[174:166];
  assign stationary_876_sign = stationary_edge__rows[175];
  assign stationary_883_fraction = stationary_edge__rows[164:154];
  assign stationary_883_leading = stationary_edge__rows[165];
  assign stationary_883_exponent = stationary_edge__rows[174:166];
  assign stationary_883_sign = stationary_edge__rows[175];
  assign stationary_890_fraction = stationary_edge__rows[164:154];
  assign stationary_890_leading = stationary_edge__rows[165];
  assign stationary_890_exponent = stationary_edge__rows[174:166];
  assign stationary_890_sign = stationary_edge__rows[175];
  assign stationary_897_fraction = stationary_edge__rows[164:154];
  assign stationary_897_leading = stationary_edge__rows[165];
  assign stationary_897_exponent = stationary_edge__rows[174:166];
  assign stationary_897_sign = stationary_edge__rows[175];
  assign stationary_904_fraction = stationary_edge__rows[164:154];
  assign stationary_904_leading = stationary_edge__rows[165];
  assign stationary_904_exponent = stationary_edge__rows[174:166];
  assign stationary_904_sign = stationary_edge__rows[175];
  assign stationary_911_fraction = stationary_edge__rows[164:154];
  assign stationary_911_leading = stationary_edge__rows[165];
  assign stationary_911_exponent = stationary_edge__rows[174:166];
  assign stationary_911_sign = stationary_edge__rows[175];
  assign stationary_918_fraction = stationary_edge__rows[164:154];
  assign stationary_918_leading = stationary_edge__rows[165];
  assign stationary_918_exponent = stationary_edge__rows[174:166];
  assign stationary_918_sign = stationary_edge__rows[175];
  assign stationary_925_fraction = stationary_edge__rows[164:154];
  assign stationary_925_leading = stationary_edge__rows[165];
  assign stationary_925_exponent = stationary_edge__rows[174:166];
  assign stationary_925_sign = stationary_edge__rows[175];
  assign stationary_936_fraction = stationary_edge__rows[186:176];
  assign stationary_936_leading = stationary_edge__rows[187];
  assign stationary_936_exponent = stationary_edge__rows[196:188];
  assign stationary_936_sign = stationary_edge__rows[197];
  assign stationary_943_fraction = stationary_edge__rows[186:176];
  assign stationary_943_leading = stationary_edge__rows[187];
  assign stationary_943_exponent = stationary_edge__rows[196:188];
  assign stationary_943_sign = stationary_edge__rows[197];
  assign stationary_950_fraction = stationary_edge__rows[186:176];
  assign stationary_950_leading = stationary_edge__rows[187];
  assign stationary_950_exponent = stationary_edge__rows[196:188];
  assign stationary_950_sign = stationary_edge__rows[197];
  assign stationary_957_fraction = stationary_edge__rows[186:176];
  assign stationary_957_leading = stationary_edge__rows[187];
  assign stationary_957_exponent = stationary_edge__rows[196:188];
  assign stationary_957_sign = stationary_edge__rows[197];
  assign stationary_964_fraction = stationary_edge__rows[186:176];
  assign stationary_964_leading = stationary_edge__rows[187];
  assign stationary_964_exponent = stationary_edge__rows[196:188];
  assign stationary_964_sign = stationary_edge__rows[197];
  assign stationary_971_fraction = stationary_edge__rows[186:176];
  assign stationary_971_leading = stationary_edge__rows[187];
  assign stationary_971_exponent = stationary_edge__rows[196:188];
  assign stationary_971_sign = stationary_edge__rows[197];
  assign stationary_978_fraction = stationary_edge__rows[186:176];
  assign stationary_978_leading = stationary_edge__rows[187];
  assign stationary_978_exponent = stationary_edge__rows[196:188];
  assign stationary_978_sign = stationary_edge__rows[197];
  assign stationary_985_fraction = stationary_edge__rows[186:176];
  assign stationary_985_leading = stationary_edge__rows[187];
  assign stationary_985_exponent = stationary_edge__rows[196:188];
  assign stationary_985_sign = stationary_edge__rows[197];
  assign stationary_992_fraction = stationary_edge__rows[186:176];
  assign stationary_992_leading = stationary_edge__rows[187];
  assign stationary_992_exponent = stationary_edge__rows[196:188];
  assign stationary_992_sign = stationary_edge__rows[197];
  assign stationary_999_fraction = stationary_edge__rows[186:176];
  assign stationary_999_leading = stationary_edge__rows[187];
  assign stationary_999_exponent = stationary_edge__rows[196:188];
  assign stationary_999_sign = stationary_edge__rows[197];
  assign stationary_1006_fraction = stationary_edge__rows[186:176];
  assign stationary_1006_leading = stationary_edge__rows[187];
  assign stationary_1006_exponent = stationary_edge__rows[196:188];
  assign stationary_1006_sign = stationary_edge__rows[197];
  assign stationary_1013_fraction = stationary_edge__rows[186:176];
  assign stationary_1013_leading = stationary_edge__rows[187];
  assign stationary_1013_exponent = stationary_edge__rows[196:188];
  assign stationary_1013_sign = stationary_edge__rows[197];
  assign stationary_1020_fraction = stationary_edge__rows[186:176];
  assign stationary_1020_leading = stationary_edge__rows[187];
  assign stationary_1020_exponent = stationary_edge__rows[196:188];
  assign stationary_1020_sign = stationary_edge__rows[197];
  assign stationary_1027_fraction = stationary_edge__rows[186:176];
  assign stationary_1027_leading = stationary_edge__rows[187];
  assign stationary_1027_exponent = stationary_edge__rows[196:188];
  assign stationary_1027_sign = stationary_edge__rows[197];
  assign stationary_1034_fraction = stationary_edge__rows[186:176];
  assign stationary_1034_leading = stationary_edge__rows[187];
  assign stationary_1034_exponent = stationary_edge__rows[196:188];
  assign stationary_1034_sign = stationary_edge__rows[197];
  assign stationary_1041_fraction = stationary_edge__rows[186:176];
  assign stationary_1041_leading = stationary_edge__rows[187];
  assign stationary_1041_exponent = stationary_edge__rows[196:188];
  assign stationary_1041_sign = stationary_edge__rows[197];
  assign stationary_1052_fraction = stationary_edge__rows[208:198];
  assign stationary_1052_leading = stationary_edge__rows[209];
  assign stationary_1052_exponent = stationary_edge__rows[218:210];
  assign stationary_1052_sign = stationary_edge__rows[219];
  assign stationary_1059_fraction = stationary_edge__rows[208:198];
  assign stationary_1059_leading = stationary_edge__rows[209];
  assign stationary_1059_exponent = stationary_edge__rows[218:210];
  assign stationary_1059_sign = stationary_edge__rows[219];
  assign stationary_1066_fraction = stationary_edge__rows[208:198];
  assign stationary_1066_leading = stationary_edge__rows[209];
  assign stationary_1066_exponent = stationary_edge__rows[218:210];
  assign stationary_1066_sign = stationary_edge__rows[219];
  assign stationary_1073_fraction = stationary_edge__rows[208:198];
  assign stationary_1073_leading = stationary_edge__rows[209];
  assign stationary_1073_exponent = stationary_edge__rows[218:210];
  assign stationary_1073_sign = stationary_edge__rows[219];
  assign stationary_1080_fraction = stationary_edge__rows[208:198];
  assign stationary_1080_leading = stationary_edge__rows[209];
  assign stationary_1080_exponent = stationary_edge__rows[218:210];
  assign stationary_1080_sign = stationary_edge__rows[219];
  assign stationary_1087_fraction = stationary_edge__rows[208:198];
  assign stationary_1087_leading = stationary_edge__rows[209];
  assign stationary_1087_exponent = stationary_edge__rows[218:210];
  assign stationary_1087_sign = stationary_edge__rows[219];
  assign stationary_1094_fraction = stationary_edge__rows[208:198];
  assign stationary_1094_leading = stationary_edge__rows[209];
  assign stationary_1094_exponent = stationary_edge__rows[218:210];
  assign stationary_1094_sign = stationary_edge__rows[219];
  assign stationary_1101_fraction = stationary_edge__rows[208:198];
  assign stationary_1101_leading = stationary_edge__rows[209];
  assign stationary_1101_exponent = stationary_edge__rows[218:210];
  assign stationary_1101_sign = stationary_edge__rows[219];
  assign stationary_1108_fraction = stationary_edge__rows[208:198];
  assign stationary_1108_leading = stationary_edge__rows[209];
  assign stationary_1108_exponent = stationary_edge__rows[218:210];
  assign stationary_1108_sign = stationary_edge__rows[219];
  assign stationary_1115_fraction = stationary_edge__rows[208:198];
  assign stationary_1115_leading = stationary_edge__rows[209];
  assign stationary_1115_exponent = stationary_edge__rows[218:210];
  assign stationary_1115_sign = stationary_edge__rows[219];
  assign stationary_1122_fraction = stationary_edge__rows[208:198];
  assign stationary_1122_leading = stationary_edge__rows[209];
  assign stationary_1122_exponent = stationary_edge__rows[218:210];
  assign stationary_1122_sign = stationary_edge__rows[219];
  assign stationary_1129_fraction = stationary_edge__rows[208:198];
  assign stationary_1129_leading = stationary_edge__rows[209];
  assign stationary_1129_exponent = stationary_edge__rows[218:210];
  assign stationary_1129_sign = stationary_edge__rows[219];
  assign stationary_1136_fraction = stationary_edge__rows[208:198];
  assign stationary_1136_leading = stationary_edge__rows[209];
  assign stationary_1136_exponent = stationary_edge__rows[218:210];
  assign stationary_1136_sign = stationary_edge__rows[219];
  assign stationary_1143_fraction = stationary_edge__rows[208:198];
  assign stationary_1143_leading = stationary_edge__rows[209];
  assign stationary_1143_exponent = stationary_edge__rows[218:210];
  assign stationary_1143_sign = stationary_edge__rows[219];
  assign stationary_1150_fraction = stationary_edge__rows[208:198];
  assign stationary_1150_leading = stationary_edge__rows[209];
  assign stationary_1150_exponent = stationary_edge__rows[218:210];
  assign stationary_1150_sign = stationary_edge__rows[219];
  assign stationary_1157_fraction = stationary_edge__rows[208:198];
  assign stationary_1157_leading = stationary_edge__rows[209];
  assign stationary_1157_exponent = stationary_edge__rows[218:210];
  assign stationary_1157_sign = stationary_edge__rows[219];
  assign stationary_1168_fraction = stationary_edge__rows[230:220];
  assign stationary_1168_leading = stationary_edge__rows[231];
  assign stationary_1168_exponent = stationary_edge__rows[240:232];
  assign stationary_1168_sign = stationary_edge__rows[241];
  assign stationary_1175_fraction = stationary_edge__rows[230:220];
  assign stationary_1175_leading = stationary_edge__rows[231];
  assign stationary_1175_exponent = stationary_edge__rows[240:232];
  assign stationary_1175_sign = stationary_edge__rows[241];
  assign stationary_1182_fraction = stationary_edge__rows[230:220];
  assign stationary_1182_leading = stationary_edge__rows[231];
  assign stationary_1182_exponent = stationary_edge__rows[240:232];
  assign stationary_1182_sign = stationary_edge__rows[241];
  assign stationary_1189_fraction = stationary_edge__rows[230:220];
  assign stationary_1189_leading = stationary_edge__rows[231];
  assign stationary_1189_exponent = stationary_edge__rows[240:232];
  assign stationary_1189_sign = stationary_edge__rows[241];
  assign stationary_1196_fraction = stationary_edge__rows[230:220];
  assign stationary_1196_leading = stationary_edge__rows[231];
  assign stationary_1196_exponent = stationary_edge__rows[240:232];
  assign stationary_1196_sign = stationary_edge__rows[241];
  assign stationary_1203_fraction = stationary_edge__rows[230:220];
  assign stationary_1203_leading = stationary_edge__rows[231];
  assign stationary_1203_exponent = stationary_edge__rows[240:232];
  assign stationary_1203_sign = stationary_edge__rows[241];
  assign stationary_1210_fraction = stationary_edge__rows[230:220];
  assign stationary_1210_leading = stationary_edge__rows[231];
  assign stationary_1210_exponent = stationary_edge__rows[240:232];
  assign stationary_1210_sign = stationary_edge__rows[241];
  assign stationary_1217_fraction = stationary_edge__rows[230:220];
  assign stationary_1217_leading = stationary_edge__rows[231];
  assign stationary_1217_exponent = stationary_edge__rows[240:232];
  assign stationary_1217_sign = stationary_edge__rows[241];
  assign stationary_1224_fraction = stationary_edge__rows[230:220];
  assign stationary_1224_leading = stationary_edge__rows[231];
  assign stationary_1224_exponent = stationary_edge__rows[240:232];
  assign stationary_1224_sign = stationary_edge__rows[241];
  assign stationary_1231_fraction = stationary_edge__rows[230:220];
  assign stationary_1231_leading = stationary_edge__rows[231];
  assign stationary_1231_exponent = stationary_edge__rows[240:232];
  assign stationary_1231_sign = stationary_edge__rows[241];
  assign stationary_1238_fraction = stationary_edge__rows[230:220];
  assign stationary_1238_leading = stationary_edge__rows[231];
  assign stationary_1238_exponent = stationary_edge__rows[240:232];
  assign stationary_1238_sign = stationary_edge__rows[241];
  assign stationary_1245_fraction = stationary_edge__rows[230:220];
  assign stationary_1245_leading = stationary_edge__rows[231];
  assign stationary_1245_exponent = stationary_edge__rows[240:232];
  assign stationary_1245_sign = stationary_edge__rows[241];
  assign stationary_1252_fraction = stationary_edge__rows[230:220];
  assign stationary_1252_leading = stationary_edge__rows[231];
  assign stationary_1252_exponent = stationary_edge__rows[240:232];
  assign stationary_1252_sign = stationary_edge__rows[241];
  assign stationary_1259_fraction = stationary_edge__rows[230:220];
  assign stationary_1259_leading = stationary_edge__rows[231];
  assign stationary_1259_exponent = stationary_edge__rows[240:232];
  assign stationary_1259_sign = stationary_edge__rows[241];
  assign stationary_1266_fraction = stationary_edge__rows[230:220];
  assign stationary_1266_leading = stationary_edge__rows[231];
  assign stationary_1266_exponent = stationary_edge__rows[240:232];
  assign stationary_1266_sign = stationary_edge__rows[241];
  assign stationary_1273_fraction = stationary_edge__rows[230:220];
  assign stationary_1273_leading = stationary_edge__rows[231];
  assign stationary_1273_exponent = stationary_edge__rows[240:232];
  assign stationary_1273_sign = stationary_edge__rows[241];
  assign stationary_1284_fraction = stationary_edge__rows[252:242];
  assign stationary_1284_leading = stationary_edge__rows[253];
  assign stationary_1284_exponent = stationary_edge__rows[262:254];
  assign stationary_1284_sign = stationary_edge__rows[263];
  assign stationary_1291_fraction = stationary_edge__rows[252:242];
  assign stationary_1291_leading = stationary_edge__rows[253];
  assign stationary_1291_exponent = stationary_edge__rows[262:254];
  assign stationary_1291_sign = stationary_edge__rows[263];
  assign stationary_1298_fraction = stationary_edge__rows[252:242];
  assign stationary_1298_leading = stationary_edge__rows[253];
  assign stationary_1298_exponent = stationary_edge__rows[262:254];
  assign stationary_1298_sign = stationary_edge__rows[263];
  assign stationary_1305_fraction = stationary_edge__rows[252:242];
  assign stationary_1305_leading = stationary_edge__rows[253];
  assign stationary_1305_exponent = stationary_edge__rows[262:254];
  assign stationary_1305_sign = stationary_edge__rows[263];
  assign stationary_1312_fraction = stationary_edge__rows[252:242];
  assign stationary_1312_leading = stationary_edge__rows[253];
  assign stationary_1312_exponent = stationary_edge__rows[262:254];
  assign stationary_1312_sign = stationary_edge__rows[263];
  assign stationary_1319_fraction = stationary_edge__rows[252:242];
  assign stationary_1319_leading = stationary_edge__rows[253];
  assign stationary_1319_exponent = stationary_edge__rows[262:254];
  assign stationary_1319_sign = stationary_edge__rows[263];
  assign stationary_1326_fraction = stationary_edge__rows[252:242];
  assign stationary_1326_leading = stationary_edge__rows[253];
  assign stationary_1326_exponent = stationary_edge__rows[262:254];
  assign stationary_1326_sign = stationary_edge__rows[263];
  assign stationary_1333_fraction = stationary_edge__rows[252:242];
  assign stationary_1333_leading = stationary_edge__rows[253];
  assign stationary_1333_exponent = stationary_edge__rows[262:254];
  assign stationary_1333_sign = stationary_edge__rows[263];
  assign stationary_1340_fraction = stationary_edge__rows[252:242];
  assign stationary_1340_leading = stationary_edge__rows[253];
  assign stationary_1340_exponent = stationary_edge__rows[262:254];
  assign stationary_1340_sign = stationary_edge__rows[263];
  assign stationary_1347_fraction = stationary_edge__rows[252:242];
  assign stationary_1347_leading = stationary_edge__rows[253];
  assign stationary_1347_exponent = stationary_edge__rows[262:254];
  assign stationary_1347_sign = stationary_edge__rows[263];
  assign stationary_1354_fraction = stationary_edge__rows[252:242];
  assign stationary_1354_leading = stationary_edge__rows[253];
  assign stationary_1354_exponent = stationary_edge__rows[262:254];
  assign stationary_1354_sign = stationary_edge__rows[263];
  assign stationary_1361_fraction = stationary_edge__rows[252:242];
  assign stationary_1361_leading = stationary_edge__rows[253];
  assign stationary_1361_exponent = stationary_edge__rows[262:254];
  assign stationary_1361_sign = stationary_edge__rows[263];
  assign stationary_1368_fraction = stationary_edge__rows[252:242];
  assign stationary_1368_leading = stationary_edge__rows[253];
  assign stationary_1368_exponent = stationary_edge__rows[262:254];
  assign stationary_1368_sign = stationary_edge__rows[263];
  assign stationary_1375_fraction = stationary_edge__rows[252:242];
  assign stationary_1375_leading = stationary_edge__rows[253];
  assign stationary_1375_exponent = stationary_edge__rows[262:254];
  assign stationary_1375_sign = stationary_edge__rows[263];
  assign stationary_1382_fraction = stationary_edge__rows[252:242];
  assign stationary_1382_leading = stationary_edge__rows[253];
  assign stationary_1382_exponent = stationary_edge__rows[262:254];
  assign stationary_1382_sign = stationary_edge__rows[263];
  assign stationary_1389_fraction = stationary_edge__rows[252:242];
  assign stationary_1389_leading = stationary_edge__rows[253];
  assign stationary_1389_exponent = stationary_edge__rows[262:254];
  assign stationary_1389_sign = stationary_edge__rows[263];
  assign stationary_1400_fraction = stationary_edge__rows[274:264];
  assign stationary_1400_leading = stationary_edge__rows[275];
  assign stationary_1400_exponent = stationary_edge__rows[284:276];
  assign stationary_1400_sign = stationary_edge__rows[285];
  assign stationary_1407_fraction = stationary_edge__rows[274:264];
  assign stationary_1407_leading = stationary_edge__rows[275];
  assign stationary_1407_exponent = stationary_edge__rows[284:276];
  assign stationary_1407_sign = stationary_edge__rows[285];
  assign stationary_1414_fraction = stationary_edge__rows[274:264];
  assign stationary_1414_leading = stationary_edge__rows[275];
  assign stationary_1414_exponent = stationary_edge__rows[284:276];
  assign stationary_1414_sign = stationary_edge__rows[285];
  assign stationary_1421_fraction = stationary_edge__rows[274:264];
  assign stationary_1421_leading = stationary_edge__rows[275];
  assign stationary_1421_exponent = stationary_edge__rows[284:276];
  assign stationary_1421_sign = stationary_edge__rows[285];
  assign stationary_1428_fraction = stationary_edge__rows[274:264];
  assign stationary_1428_leading = stationary_edge__rows[275];
  assign stationary_1428_exponent = stationary_edge__rows[284:276];
  assign stationary_1428_sign = stationary_edge__rows[285];
  assign stationary_1435_fraction = stationary_edge__rows[274:264];
  assign stationary_1435_leading = stationary_edge__rows[275];
  assign stationary_1435_exponent = stationary_edge__rows[284:276];
  assign stationary_1435_sign = stationary_edge__rows[285];
  assign stationary_1442_fraction = stationary_edge__rows[274:264];
  assign stationary_1442_leading = stationary_edge__rows[275];
  assign stationary_1442_exponent = stationary_edge__rows[284:276];
  assign stationary_1442_sign = stationary_edge__rows[285];
  assign stationary_1449_fraction = stationary_edge__rows[274:264];
  assign stationary_1449_leading = stationary_edge__rows[275];
  assign stationary_1449_exponent = stationary_edge__rows[284:276];
  assign stationary_1449_sign = stationary_edge__rows[285];
  assign stationary_1456_fraction = stationary_edge__rows[274:264];
  assign stationary_1456_leading = stationary_edge__rows[275];
  assign stationary_1456_exponent = stationary_edge__rows[284:276];
  assign stationary_1456_sign = stationary_edge__rows[285];
  assign stationary_1463_fraction = stationary_edge__rows[274:264];
  assign stationary_1463_leading = stationary_edge__rows[275];
  assign stationary_1463_exponent = stationary_edge__rows[284:276];
  assign stationary_1463_sign = stationary_edge__rows[285];
  assign stationary_1470_fraction = stationary_edge__rows[274:264];
  assign stationary_1470_leading = stationary_edge__rows[275];
  assign stationary_1470_exponent = stationary_edge__rows[284:276];
  assign stationary_1470_sign = stationary_edge__rows[285];
  assign stationary_1477_fraction = stationary_edge__rows[274:264];
  assign stationary_1477_leading = stationary_edge__rows[275];
  assign stationary_1477_exponent = stationary_edge__rows[284:276];
  assign stationary_1477_sign = stationary_edge__rows[285];
  assign stationary_1484_fraction = stationary_edge__rows[274:264];
  assign stationary_1484_leading = stationary_edge__rows[275];
  assign stationary_1484_exponent = stationary_edge__rows[284:276];
  assign stationary_1484_sign = stationary_edge__rows[285];
  assign stationary_1491_fraction = stationary_edge__rows[274:264];
  assign stationary_1491_leading = stationary_edge__rows[275];
  assign stationary_1491_exponent = stationary_edge__rows[284:276];
  assign stationary_1491_sign = stationary_edge__rows[285];
  assign stationary_1498_fraction = stationary_edge__rows[274:264];
  assign stationary_1498_leading = stationary_edge__rows[275];
  assign stationary_1498_exponent = stationary_edge__rows[284:276];
  assign stationary_1498_sign = stationary_edge__rows[285];
  assign stationary_1505_fraction = stationary_edge__rows[274:264];
  assign stationary_1505_leading = stationary_edge__rows[275];
  assign stationary_1505_exponent = stationary_edge__rows[284:276];
  assign stationary_1505_sign = stationary_edge__rows[285];
  assign stationary_1516_fraction = stationary_edge__rows[296:286];
  assign stationary_1516_leading = stationary_edge__rows[297];
  assign stationary_1516_exponent = stationary_edge__rows[306:298];
  assign stationary_1516_sign = stationary_edge__rows[307];
  assign stationary_1523_fraction = stationary_edge__rows[296:286];
  assign stationary_1523_leading = stationary_edge__rows[297];
  assign stationary_1523_exponent = stationary_edge__rows[306:298];
  assign stationary_1523_sign = stationary_edge__rows[307];
  assign stationary_1530_fraction = stationary_edge__rows[296:286];
  assign stationary_1530_leading = stationary_edge__rows[297];
  assign stationary_1530_exponent = stationary_edge__rows[306:298];
  assign stationary_1530_sign = stationary_edge__rows[307];
  assign stationary_1537_fraction = stationary_edge__rows[296:286];
  assign stationary_1537_leading = stationary_edge__rows[297];
  assign stationary_1537_exponent = stationary_edge__rows[306:298];
  assign stationary_1537_sign = stationary_edge__rows[307];
  assign stationary_1544_fraction = stationary_edge__rows[296:286];
  assign stationary_1544_leading = stationary_edge__rows[297];
  assign stationary_1544_exponent = stationary_edge__rows[306:298];
  assign stationary_1544_sign = stationary_edge__rows[307];
  assign stationary_1551_fraction = stationary_edge__rows[296:286];
  assign stationary_1551_leading = stationary_edge__rows[297];
  assign stationary_1551_exponent = stationary_edge__rows[306:298];
  assign stationary_1551_sign = stationary_edge__rows[307];
  assign stationary_1558_fraction = stationary_edge__rows[296:286];
  assign stationary_1558_leading = stationary_edge__rows[297];
  assign stationary_1558_exponent = stationary_edge__rows[306:298];
  assign stationary_1558_sign = stationary_edge__rows[307];
  assign stationary_1565_fraction = stationary_edge__rows[296:286];
  assign stationary_1565_leading = stationary_edge__rows[297];
  assign stationary_1565_exponent = stationary_edge__rows[306:298];
  assign stationary_1565_sign = stationary_edge__rows[307];
  assign stationary_1572_fraction = stationary_edge__rows[296:286];
  assign stationary_1572_leading = stationary_edge__rows[297];
  assign stationary_1572_exponent = stationary_edge__rows[306:298];
  assign stationary_1572_sign = stationary_edge__rows[307];
  assign stationary_1579_fraction = stationary_edge__rows[296:286];
  assign stationary_1579_leading = stationary_edge__rows[297];
  assign stationary_1579_exponent = stationary_edge__rows[306:298];
  assign stationary_1579_sign = stationary_edge__rows[307];
  assign stationary_1586_fraction = stationary_edge__rows[296:286];
  assign stationary_1586_leading = stationary_edge__rows[297];
  assign stationary_1586_exponent = stationary_edge__rows[306:298];
  assign stationary_1586_sign = stationary_edge__rows[307];
  assign stationary_1593_fraction = stationary_edge__rows[296:286];
  assign stationary_1593_leading = stationary_edge__rows[297];
  assign stationary_1593_exponent = stationary_edge__rows[306:298];
  assign stationary_1593_sign = stationary_edge__rows[307];
  assign stationary_1600_fraction = stationary_edge__rows[296:286];
  assign stationary_1600_leading = stationary_edge__rows[297];
  assign stationary_1600_exponent = stationary_edge__rows[306:298];
  assign stationary_1600_sign = stationary_edge__rows[307];
  assign stationary_1607_fraction = stationary_edge__rows[296:286];
  assign stationary_1607_leading = stationary_edge__rows[297];
  assign stationary_1607_exponent = stationary_edge__rows[306:298];
  assign stationary_1607_sign = stationary_edge__rows[307];
  assign stationary_1614_fraction = stationary_edge__rows[296:286];
  assign stationary_1614_leading = stationary_edge__rows[297];
  assign stationary_1614_exponent = stationary_edge__rows[306:298];
  assign stationary_1614_sign = stationary_edge__rows[307];
  assign stationary_1621_fraction = stationary_edge__rows[296:286];
  assign stationary_1621_leading = stationary_edge__rows[297];
  assign stationary_1621_exponent = stationary_edge__rows[306:298];
  assign stationary_1621_sign = stationary_edge__rows[307];
  assign stationary_1632_fraction = stationary_edge__rows[318:308];
  assign stationary_1632_leading = stationary_edge__rows[319];
  assign stationary_1632_exponent = stationary_edge__rows[328:320];
  assign stationary_1632_sign = stationary_edge__rows[329];
  assign stationary_1639_fraction = stationary_edge__rows[318:308];
  assign stationary_1639_leading = stationary_edge__rows[319];
  assign stationary_1639_exponent = stationary_edge__rows[328:320];
  assign stationary_1639_sign = stationary_edge__rows[329];
  assign stationary_1646_fraction = stationary_edge__rows[318:308];
  assign stationary_1646_leading = stationary_edge__rows[319];
  assign stationary_1646_exponent = stationary_edge__rows[328:320];
  assign stationary_1646_sign = stationary_edge__rows[329];
  assign stationary_1653_fraction = stationary_edge__rows[318:308];
  assign stationary_1653_leading = stationary_edge__rows[319];
  assign stationary_1653_exponent = stationary_edge__rows[328:320];
  assign stationary_1653_sign = stationary_edge__rows[329];
  assign stationary_1660_fraction = stationary_edge__rows[318:308];
  assign stationary_1660_leading = stationary_edge__rows[319];
  assign stationary_1660_exponent = stationary_edge__rows[328:320];
  assign stationary_1660_sign = stationary_edge__rows[329];
  assign stationary_1667_fraction = stationary_edge__rows[318:308];
  assign stationary_1667_leading = stationary_edge__rows[319];
  assign stationary_1667_exponent = stationary_edge__rows[328:320];
  assign stationary_1667_sign = stationary_edge__rows[329];
  assign stationary_1674_fraction = stationary_edge__rows[318:308];
  assign stationary_1674_leading = stationary_edge__rows[319];
  assign stationary_1674_exponent = stationary_edge__rows[328:320];
  assign stationary_1674_sign = stationary_edge__rows[329];
  assign stationary_1681_fraction = stationary_edge__rows[318:308];
  assign stationary_1681_leading = stationary_edge__rows[319];
  assign stationary_1681_exponent = stationary_edge__rows[328:320];
  assign stationary_1681_sign = stationary_edge__rows[329];
  assign stationary_1688_fraction = stationary_edge__rows[318:308];
  assign stationary_1688_leading = stationary_edge__rows[319];
  assign stationary_1688_exponent = stationary_edge__rows[328:320];
  assign stationary_1688_sign = stationary_edge__rows[329];
  assign stationary_1695_fraction = stationary_edge__rows[318:308];
  assign stationary_1695_leading = stationary_edge__rows[319];
  assign stationary_1695_exponent = stationary_edge__rows[328:320];
  assign stationary_1695_sign = stationary_edge__rows[329];
  assign stationary_1702_fraction = stationary_edge__rows[318:308];
  assign stationary_1702_leading = stationary_edge__rows[319];
  assign stationary_1702_exponent = stationary_edge__rows[328:320];
  assign stationary_1702_sign = stationary_edge__rows[329];
  assign stationary_1709_fraction = stationary_edge__rows[318:308];
  assign stationary_1709_leading = stationary_edge__rows[319];
  assign stationary_1709_exponent = stationary_edge__rows[328:320];
  assign stationary_1709_sign = stationary_edge__rows[329];
  assign stationary_1716_fraction = stationary_edge__rows[318:308];
  assign stationary_1716_leading = stationary_edge__rows[319];
  assign stationary_1716_exponent = stationary_edge__rows[328:320];
  assign stationary_1716_sign = stationary_edge__rows[329];
  assign stationary_1723_fraction = stationary_edge__rows[318:308];
  assign stationary_1723_leading = stationary_edge__rows[319];
  assign stationary_1723_exponent = stationary_edge__rows[328:320];
  assign stationary_1723_sign = stationary_edge__rows[329];
  assign stationary_1730_fraction = stationary_edge__rows[318:308];
  assign stationary_1730_leading = stationary_edge__rows[319];
  assign stationary_1730_exponent = stationary_edge__rows[328:320];
  assign stationary_1730_sign = stationary_edge__rows[329];
  assign stationary_1737_fraction = stationary_edge__rows[318:308];
  assign stationary_1737_leading = stationary_edge__rows[319];
  assign stationary_1737_exponent = stationary_edge__rows[328:320];
  assign stationary_1737_sign = stationary_edge__rows[329];
  assign stationary_1748_fraction = stationary_edge__rows[340:330];
  assign stationary_1748_leading = stationary_edge__rows[341];
  assign stationary_1748_exponent = stationary_edge__rows[350:342];
  assign stationary_1748_sign = stationary_edge__rows[351];
  assign stationary_1755_fraction = stationary_edge__rows[340:330];
  assign stationary_1755_leading = stationary_edge__rows[341];
  assign stationary_1755_exponent = stationary_edge__rows[350:342];
  assign stationary_1755_sign = stationary_edge__rows[351];
  assign stationary_1762_fraction = stationary_edge__rows[340:330];
  assign stationary_1762_leading = stationary_edge__rows[341];
  assign stationary_1762_exponent = stationary_edge__rows[350:342];
  assign stationary_1762_sign = stationary_edge__rows[351];
  assign stationary_1769_fraction = stationary_edge__rows[340:330];
  assign stationary_1769_leading = stationary_edge__rows[341];
  assign stationary_1769_exponent = stationary_edge__rows[350:342];
  assign stationary_1769_sign = stationary_edge__rows[351];
  assign stationary_1776_fraction = stationary_edge__rows[340:330];
  assign stationary_1776_leading = stationary_edge__rows[341];
  assign stationary_1776_exponent = stationary_edge__rows[350:342];
  assign stationary_1776_sign = stationary_edge__rows[351];
  assign stationary_1783_fraction = stationary_edge__rows[340:330];
  assign stationary_1783_leading = stationary_edge__rows[341];
  assign stationary_1783_exponent = stationary_edge__rows[350:342];
  assign stationary_1783_sign = stationary_edge__rows[351];
  assign stationary_1790_fraction = stationary_edge__rows[340:330];
  assign stationary_1790_leading = stationary_edge__rows[341];
  assign stationary_1790_exponent = stationary_edge__rows[350:342];
  assign stationary_1790_sign = stationary_edge__rows[351];
  assign stationary_1797_fraction = stationary_edge__rows[340:330];
  assign stationary_1797_leading = stationary_edge__rows[341];
  assign stationary_1797_exponent = stationary_edge__rows[350:342];
  assign stationary_1797_sign = stationary_edge__rows[351];
  assign stationary_1804_fraction = stationary_edge__rows[340:330];
  assign stationary_1804_leading = stationary_edge__rows[341];
  assign stationary_1804_exponent = stationary_edge__rows[350:342];
  assign stationary_1804_sign = stationary_edge__rows[351];
  assign stationary_1811_fraction = stationary_edge__rows[340:330];
  assign stationary_1811_leading = stationary_edge__rows[341];
  assign stationary_1811_exponent = stationary_edge__rows[350:342];
  assign stationary_1811_sign = stationary_edge__rows[351];
  assign stationary_1818_fraction = stationary_edge__rows[340:330];
  assign stationary_1818_leading = stationary_edge__rows[341];
  assign stationary_1818_exponent = stationary_edge__rows[350:342];
  assign stationary_1818_sign = stationary_edge__rows[351];
  assign stationary_1825_fraction = stationary_edge__rows[340:330];
  assign stationary_1825_leading = stationary_edge__rows[341];
  assign stationary_1825_exponent = stationary_edge__rows[350:342];
  assign stationary_1825_sign = stationary_edge__rows[351];
  assign stationary_1832_fraction = stationary_edge__rows[340:330];
  assign stationary_1832_leading = stationary_edge__rows[341];
  assign stationary_1832_exponent = stationary_edge__rows[350:342];
  assign stationary_1832_sign = stationary_edge__rows[351];
  assign stationary_1839_fraction = stationary_edge__rows[340:330];
  assign stationary_1839_leading = stationary_edge__rows[341];
  assign stationary_1839_exponent = stationary_edge__rows[350:342];
  assign stationary_1839_sign = stationary_edge__rows[351];
  assign stationary_1846_fraction = stationary_edge__rows[340:330];
  assign stationary_1846_leading = stationary_edge__rows[341];
  assign stationary_1846_exponent = stationary_edge__rows[350:342];
  assign stationary_1846_sign = stationary_edge__rows[351];
  assign stationary_1853_fraction = stationary_edge__rows[340:330];
  assign stationary_1853_leading = stationary_edge__rows[341];
  assign stationary_1853_exponent = stationary_edge__rows[350:342];
  assign stationary_1853_sign = stationary_edge__rows[351];
  assign sums_0 = sums[31:0];
  assign sums_1 = sums[63:32];
  assign sums_2 = sums[95:64];
  assign sums_3 = sums[127:96];
  assign sums_4 = sums[159:128];
  assign sums_5 = sums[191:160];
  assign sums_6 = sums[223:192];
  assign sums_7 = sums[255:224];
  assign sums_8 = sums[287:256];
  assign sums_9 = sums[319:288];
  assign sums_10 = sums[351:320];
  assign sums_11 = sums[383:352];
  assign sums_12 = sums[415:384];
  assign sums_13 = sums[447:416];
  assign sums_14 = sums[479:448];
  assign sums_15 = sums[511:480];
  assign sums[511:480] = pe15_15__sum_out;
  assign sums[479:448] = pe15_14__sum_out;
  assign sums[447:416] = pe15_13__sum_out;
  assign sums[415:384] = pe15_12__sum_out;
  assign sums[383:352] = pe15_11__sum_out;
  assign sums[351:320] = pe15_10__sum_out;
  assign sums[319:288] = pe15_9__sum_out;
  assign sums[287:256] = pe15_8__sum_out;
  assign sums[255:224] = pe15_7__sum_out;
  assign sums[223:192] = pe15_6__sum_out;
  assign sums[191:160] = pe15_5__sum_out;
  assign sums[159:128] = pe15_4__sum_out;
  assign sums[127:96] = pe15_3__sum_out;
  assign sums[95:64] = pe15_2__sum_out;
  assign sums[63:32] = pe15_1__sum_out;
  assign sums[31:0] = pe15_0__sum_out;
  assign n33 = { swaps, 1'h0 };
  assign n34 = swap_1877;
  assign n36 = { valid_13, 1'h0 };
  assign n37[35:1] = n36[35:1];
  assign n37[0] = 1'h1;
  assign n38 = { waking, 1'h0 };
endmodule

module reference_array_array_moving_edge (
  clk,
  rst,
  raw,
  rows
);
  reg at_start = 0;
  wire [31:0] n1;
  wire [5:0] n10;
  wire [5:0] n11;
  wire [5:0] n12;
  wire [5:0] n13;
  wire [5:0] n14;
  wire [5:0] n15;
  wire [5:0] n16;
  wire [5:0] n17;
  wire [5:0] n18;
  wire [511:0] n19;
  wire [31:0] n2;
  wire [3:0] n20;
  reg [30:0] n21;
  reg [4:0] n22;
  reg [21:0] n23;
  wire [5:0] n3;
  wire [5:0] n4;
  wire [5:0] n5;
  wire [5:0] n6;
  wire [5:0] n7;
  wire [5:0] n8;
  wire [5:0] n9;
  wire [4:0] signature__addr_2;
  wire [4:0] signature__addr_108;
  wire [4:0] signature__addr_117;
  wire [4:0] signature__addr_126;
  wire [4:0] signature__addr_135;
  wire [4:0] signature__addr_144;
  wire [4:0] signature__addr_27;
  wire [4:0] signature__addr_36;
  wire [4:0] signature__addr_45;
  wire [4:0] signature__addr_54;
  wire [4:0] signature__addr_63;
  wire [4:0] signature__addr_72;
  wire [4:0] signature__addr_81;
  wire [4:0] signature__addr_90;
  wire [4:0] signature__addr_99;
  wire [21:0] signature__data_2;
  wire [21:0] convert10__result;
  wire [8:0] convert10__result_exponent;
  wire [10:0] convert10__result_fraction;
  wire convert10__result_leading;
  wire convert10__result_sign;
  wire [21:0] convert11__result;
  wire [8:0] convert11__result_exponent;
  wire [10:0] convert11__result_fraction;
  wire convert11__result_leading;
  wire convert11__result_sign;
  wire [21:0] convert12__result;
  wire [8:0] convert12__result_exponent;
  wire [10:0] convert12__result_fraction;
  wire convert12__result_leading;
  wire convert12__result_sign;
  wire [21:0] convert13__result;
  wire [8:0] convert13__result_exponent;
  wire [10:0] convert13__result_fraction;
  wire convert13__result_leading;
  wire convert13__result_sign;
  wire [21:0] convert14__result;
  wire [8:0] convert14__result_exponent;
  wire [10:0] convert14__result_fraction;
  wire convert14__result_leading;
  wire convert14__result_sign;
  wire [21:0] convert15__result;
  wire [8:0] convert15__result_exponent;
  wire [10:0] convert15__result_fraction;
  wire convert15__result_leading;
  wire convert15__result_sign;
  wire [21:0] convert2__result;
  wire [8:0] convert2__result_exponent;
  wire [10:0] convert2__result_fraction;
  wire convert2__result_leading;
  wire convert2__result_sign;
  wire [21:0] convert3__result;
  wire [8:0] convert3__result_exponent;
  wire [10:0] convert3__result_fraction;
  wire convert3__result_leading;
  wire convert3__result_sign;
  wire [21:0] convert4__result;
  wire [8:0] convert4__result_exponent;
  wire [10:0] convert4__result_fraction;
  wire convert4__result_leading;
  wire convert4__result_sign;
  wire [21:0] convert5__result;
  wire [8:0] convert5__result_exponent;
  wire [10:0] convert5__result_fraction;
  wire convert5__result_leading;
  wire convert5__result_sign;
  wire [21:0] convert6__result;
  wire [8:0] convert6__result_exponent;
  wire [10:0] convert6__result_fraction;
  wire convert6__result_leading;
  wire convert6__result_sign;
  wire [21:0] convert7__result;
  wire [8:0] convert7__result_exponent;
  wire [10:0] convert7__result_fraction;
  wire convert7__result_leading;
  wire convert7__result_sign;
  wire [21:0] convert8__result;
  wire [8:0] convert8__result_exponent;
  wire [10:0] convert8__result_fraction;
  wire convert8__result_leading;
  wire convert8__result_sign;
  wire [21:0] convert9__result;
  wire [8:0] convert9__result_exponent;
  wire [10:0] convert9__result_fraction;
  wire convert9__result_leading;
  wire convert9__result_sign;
  wire [8:0] signature__data_exponent;
  wire [10:0] signature__data_fraction;
  wire signature__data_leading;
  wire signature__data_sign;
  wire signature__en_2;
  wire signature__en_107;
  wire signature__en_116;
  wire signature__en_125;
  wire signature__en_134;
  wire signature__en_143;
  wire signature__en_26;
  wire signature__en_35;
  wire signature__en_44;
  wire signature__en_53;
  wire signature__en_62;
  wire signature__en_71;
  wire signature__en_80;
  wire signature__en_89;
  wire signature__en_98;
  input clk;
  wire clk;
  wire [3:0] dtype;
  reg [30:0] entered = 31'h00000000;
  reg [511:0] held = 512'h00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000;
  wire [31:0] held_0;
  wire [31:0] held_10;
  wire [31:0] held_11;
  wire [31:0] held_12;
  wire [31:0] held_13;
  wire [31:0] held_14;
  wire [31:0] held_15;
  wire [31:0] held_1;
  wire [31:0] held_2;
  wire [31:0] held_3;
  wire [31:0] held_4;
  wire [31:0] held_5;
  wire [31:0] held_6;
  wire [31:0] held_7;
  wire [31:0] held_8;
  wire [31:0] held_9;
  reg [3:0] held_dtype = 4'h3;
  reg [21:0] operand0 = 22'h000000;
  wire [8:0] operand0_exponent;
  wire [10:0] operand0_fraction;
  wire operand0_leading;
  wire operand0_sign;
  reg [4:0] pointer = 5'h00;
  input [511:0] raw;
  wire [511:0] raw;
  wire [31:0] raw_0;
  wire [31:0] raw_10;
  wire [31:0] raw_11;
  wire [31:0] raw_12;
  wire [31:0] raw_13;
  wire [31:0] raw_14;
  wire [31:0] raw_15;
  wire [31:0] raw_1;
  wire [31:0] raw_2;
  wire [31:0] raw_3;
  wire [31:0] raw_4;
  wire [31:0] raw_5;
  wire [31:0] raw_6;
  wire [31:0] raw_7;
  wire [31:0] raw_8;
  wire [31:0] raw_9;
  wire [4:0] read__addr;
  wire [4:0] read__addr_103;
  wire [4:0] read__addr_112;
  wire [4:0] read__addr_121;
  wire [4:0] read__addr_130;
  wire [4:0] read__addr_139;
  wire [4:0] read__addr_148;
  wire [4:0] read__addr_31;
  wire [4:0] read__addr_40;
  wire [4:0] read__addr_49;
  wire [4:0] read__addr_58;
  wire [4:0] read__addr_67;
  wire [4:0] read__addr_76;
  wire [4:0] read__addr_85;
  wire [4:0] read__addr_94;
  wire [21:0] read__data;
  wire [21:0] read__data_104;
  wire [8:0] read__data_104_exponent;
  wire [10:0] read__data_104_fraction;
  wire read__data_104_leading;
  wire read__data_104_sign;
  wire [21:0] read__data_113;
  wire [8:0] read__data_113_exponent;
  wire [10:0] read__data_113_fraction;
  wire read__data_113_leading;
  wire read__data_113_sign;
  wire [21:0] read__data_122;
  wire [8:0] read__data_122_exponent;
  wire [10:0] read__data_122_fraction;
  wire read__data_122_leading;
  wire read__data_122_sign;
  wire [21:0] read__data_131;
  wire [8:0] read__data_131_exponent;
  wire [10:0] read__data_131_fraction;
  wire read__data_131_leading;
  wire read__data_131_sign;
  wire [21:0] read__data_140;
  wire [8:0] read__data_140_exponent;
  wire [10:0] read__data_140_fraction;
  wire read__data_140_leading;
  wire read__data_140_sign;
  wire [21:0] read__data_149;
  wire [8:0] read__data_149_exponent;
  wire [10:0] read__data_149_fraction;
  wire read__data_149_leading;
  wire read__data_149_sign;
  wire [21:0] read__data_32;
  wire [8:0] read__data_32_exponent;
  wire [10:0] read__data_32_fraction;
  wire read__data_32_leading;
  wire read__data_32_sign;
  wire [21:0] read__data_41;
  wire [8:0] read__data_41_exponent;
  wire [10:0] read__data_41_fraction;
  wire read__data_41_leading;
  wire read__data_41_sign;
  wire [21:0] read__data_50;
  wire [8:0] read__data_50_exponent;
  wire [10:0] read__data_50_fraction;
  wire read__data_50_leading;
  wire read__data_50_sign;
  wire [21:0] read__data_59;
  wire [8:0] read__data_59_exponent;
  wire [10:0] read__data_59_fraction;
  wire read__data_59_leading;
  wire read__data_59_sign;
  wire [21:0] read__data_68;
  wire [8:0] read__data_68_exponent;
  wire [10:0] read__data_68_fraction;
  wire read__data_68_leading;
  wire read__data_68_sign;
  wire [21:0] read__data_77;
  wire [8:0] read__data_77_exponent;
  wire [10:0] read__data_77_fraction;
  wire read__data_77_leading;
  wire read__data_77_sign;
  wire [21:0] read__data_86;
  wire [8:0] read__data_86_exponent;
  wire [10:0] read__data_86_fraction;
  wire read__data_86_leading;
  wire read__data_86_sign;
  wire [21:0] read__data_95;
  wire [8:0] read__data_95_exponent;
  wire [10:0] read__data_95_fraction;
  wire read__data_95_leading;
  wire read__data_95_sign;
  wire [8:0] read__data_exponent;
  wire [10:0] read__data_fraction;
  wire read__data_leading;
  wire read__data_sign;
  wire read__en;
  wire [21:0] result;
  wire [21:0] result_101;
  wire [8:0] result_101_exponent;
  wire [10:0] result_101_fraction;
  wire result_101_leading;
  wire result_101_sign;
  wire [21:0] result_110;
  wire [8:0] result_110_exponent;
  wire [10:0] result_110_fraction;
  wire result_110_leading;
  wire result_110_sign;
  wire [21:0] result_119;
  wire [8:0] result_119_exponent;
  wire [10:0] result_119_fraction;
  wire result_119_leading;
  wire result_119_sign;
  wire [21:0] result_128;
  wire [8:0] result_128_exponent;
  wire [10:0] result_128_fraction;
  wire result_128_leading;
  wire result_128_sign;
  wire [21:0] result_137;
  wire [8:0] result_137_exponent;
  wire [10:0] result_137_fraction;
  wire result_137_leading;
  wire result_137_sign;
  wire [21:0] result_146;
  wire [8:0] result_146_exponent;
  wire [10:0] result_146_fraction;
  wire result_146_leading;
  wire result_146_sign;
  wire [21:0] result_20;
  wire [8:0] result_20_exponent;
  wire [10:0] result_20_fraction;
  wire result_20_leading;
  wire result_20_sign;
  wire [21:0] result_29;
  wire [8:0] result_29_exponent;
  wire [10:0] result_29_fraction;
  wire result_29_leading;
  wire result_29_sign;
  wire [21:0] result_38;
  wire [8:0] result_38_exponent;
  wire [10:0] result_38_fraction;
  wire result_38_leading;
  wire result_38_sign;
  wire [21:0] result_47;
  wire [8:0] result_47_exponent;
  wire [10:0] result_47_fraction;
  wire result_47_leading;
  wire result_47_sign;
  wire [21:0] result_56;
  wire [8:0] result_56_exponent;
  wire [10:0] result_56_fraction;
  wire result_56_leading;
  wire result_56_sign;
  wire [21:0] result_65;
  wire [8:0] result_65_exponent;
  wire [10:0] result_65_fraction;
  wire result_65_leading;
  wire result_65_sign;
  wire [21:0] result_74;
  wire [8:0] result_74_exponent;
  wire [10:0] result_74_fraction;
  wire result_74_leading;
  wire result_74_sign;
  wire [21:0] result_83;
  wire [8:0] result_83_exponent;
  wire [10:0] result_83_fraction;
  wire result_83_leading;
  wire result_83_sign;
  wire [21:0] result_92;
  wire [8:0] result_92_exponent;
  wire [10:0] result_92_fraction;
  wire result_92_leading;
  wire result_92_sign;
  wire [8:0] result_exponent;
  wire [10:0] result_fraction;
  wire result_leading;
  wire result_sign;
  output [351:0] rows;
  wire [351:0] rows;
  wire [21:0] rows_0;
  wire [8:0] rows_0_exponent;
  wire [10:0] rows_0_fraction;
  wire rows_0_leading;
  wire rows_0_sign;
  wire [21:0] rows_10;
  wire [8:0] rows_10_exponent;
  wire [10:0] rows_10_fraction;
  wire rows_10_leading;
  wire rows_10_sign;
  wire [21:0] rows_11;
  wire [8:0] rows_11_exponent;
  wire [10:0] rows_11_fraction;
  wire rows_11_leading;
  wire rows_11_sign;
  wire [21:0] rows_12;
  wire [8:0] rows_12_exponent;
  wire [10:0] rows_12_fraction;
  wire rows_12_leading;
  wire rows_12_sign;
  wire [21:0] rows_13;
  wire [8:0] rows_13_exponent;
  wire [10:0] rows_13_fraction;
  wire rows_13_leading;
  wire rows_13_sign;
  wire [21:0] rows_14;
  wire [8:0] rows_14_exponent;
  wire [10:0] rows_14_fraction;
  wire rows_14_leading;
  wire rows_14_sign;
  wire [21:0] rows_15;
  wire [8:0] rows_15_exponent;
  wire [10:0] rows_15_fraction;
  wire rows_15_leading;
  wire rows_15_sign;
  wire [21:0] rows_1;
  wire [8:0] rows_1_exponent;
  wire [10:0] rows_1_fraction;
  wire rows_1_leading;
  wire rows_1_sign;
  wire [21:0] rows_2;
  wire [8:0] rows_2_exponent;
  wire [10:0] rows_2_fraction;
  wire rows_2_leading;
  wire rows_2_sign;
  wire [21:0] rows_3;
  wire [8:0] rows_3_exponent;
  wire [10:0] rows_3_fraction;
  wire rows_3_leading;
  wire rows_3_sign;
  wire [21:0] rows_4;
  wire [8:0] rows_4_exponent;
  wire [10:0] rows_4_fraction;
  wire rows_4_leading;
  wire rows_4_sign;
  wire [21:0] rows_5;
  wire [8:0] rows_5_exponent;
  wire [10:0] rows_5_fraction;
  wire rows_5_leading;
  wire rows_5_sign;
  wire [21:0] rows_6;
  wire [8:0] rows_6_exponent;
  wire [10:0] rows_6_fraction;
  wire rows_6_leading;
  wire rows_6_sign;
  wire [21:0] rows_7;
  wire [8:0] rows_7_exponent;
  wire [10:0] rows_7_fraction;
  wire rows_7_leading;
  wire rows_7_sign;
  wire [21:0] rows_8;
  wire [8:0] rows_8_exponent;
  wire [10:0] rows_8_fraction;
  wire rows_8_leading;
  wire rows_8_sign;
  wire [21:0] rows_9;
  wire [8:0] rows_9_exponent;
  wire [10:0] rows_9_fraction;
  wire rows_9_leading;
  wire rows_9_sign;
  input rst;
  wire rst;
  wire [15:0] taps;
  wire valid;
  reg [21:0] delay1 [31:0];
  initial begin : clear_delay1
    integer index;
    for (index = 0; index < 32; index = index + 1)
      delay1[index] = 22'h000000;
  end
  always @(posedge clk) begin
    if (entered[0])
      delay1[pointer] <= signature__data_2;
  end
  reg [21:0] _0_;
  always @(posedge clk) begin
    if (entered[2]) begin
      _0_ <= delay1[n4[4:0]];
    end
  end
  assign read__data = _0_;
  reg [21:0] delay10 [31:0];
  initial begin : clear_delay10
    integer index;
    for (index = 0; index < 32; index = index + 1)
      delay10[index] = 22'h000000;
  end
  always @(posedge clk) begin
    if (entered[0])
      delay10[pointer] <= convert10__result;
  end
  reg [21:0] _1_;
  always @(posedge clk) begin
    if (entered[20]) begin
      _1_ <= delay10[n13[4:0]];
    end
  end
  assign read__data_104 = _1_;
  reg [21:0] delay11 [31:0];
  initial begin : clear_delay11
    integer index;
    for (index = 0; index < 32; index = index + 1)
      delay11[index] = 22'h000000;
  end
  always @(posedge clk) begin
    if (entered[0])
      delay11[pointer] <= convert11__result;
  end
  reg [21:0] _2_;
  always @(posedge clk) begin
    if (entered[22]) begin
      _2_ <= delay11[n14[4:0]];
    end
  end
  assign read__data_113 = _2_;
  reg [21:0] delay12 [31:0];
  initial begin : clear_delay12
    integer index;
    for (index = 0; index < 32; index = index + 1)
      delay12[index] = 22'h000000;
  end
  always @(posedge clk) begin
    if (entered[0])
      delay12[pointer] <= convert12__result;
  end
  reg [21:0] _3_;
  always @(posedge clk) begin
    if (entered[24]) begin
      _3_ <= delay12[n15[4:0]];
    end
  end
  assign read__data_122 = _3_;
  reg [21:0] delay13 [31:0];
  initial begin : clear_delay13
    integer index;
    for (index = 0; index < 32; index = index + 1)
      delay13[index] = 22'h000000;
  end
  always @(posedge clk) begin
    if (entered[0])
      delay13[pointer] <= convert13__result;
  end
  reg [21:0] _4_;
  always @(posedge clk) begin
    if (entered[26]) begin
      _4_ <= delay13[n16[4:0]];
    end
  end
  assign read__data_131 = _4_;
  reg [21:0] delay14 [31:0];
  initial begin : clear_delay14
    integer index;
    for (index = 0; index < 32; index = index + 1)
      delay14[index] = 22'h000000;
  end
  always @(posedge clk) begin
    if (entered[0])
      delay14[pointer] <= convert14__result;
  end
  reg [21:0] _5_;
  always @(posedge clk) begin
    if (entered[28]) begin
      _5_ <= delay14[n17[4:0]];
    end
  end
  assign read__data_140 = _5_;
  reg [21:0] delay15 [31:0];
  initial begin : clear_delay15
    integer index;
    for (index = 0; index < 32; index = index + 1)
      delay15[index] = 22'h000000;
  end
  always @(posedge clk) begin
    if (entered[0])
      delay15[pointer] <= convert15__result;
  end
  reg [21:0] _6_;
  always @(posedge clk) begin
    if (entered[30]) begin
      _6_ <= delay15[n18[4:0]];
    end
  end
  assign read__data_149 = _6_;
  reg [21:0] delay2 [31:0];
  initial begin : clear_delay2
    integer index;
    for (index = 0; index < 32; index = index + 1)
      delay2[index] = 22'h000000;
  end
  always @(posedge clk) begin
    if (entered[0])
      delay2[pointer] <= convert2__result;
  end
  reg [21:0] _7_;
  always @(posedge clk) begin
    if (entered[4]) begin
      _7_ <= delay2[n5[4:0]];
    end
  end
  assign read__data_32 = _7_;
  reg [21:0] delay3 [31:0];
  initial begin : clear_delay3
    integer index;
    for (index = 0; index < 32; index = index + 1)
      delay3[index] = 22'h000000;
  end
  always @(posedge clk) begin
    if (entered[0])
      delay3[pointer] <= convert3__result;
  end
  reg [21:0] _8_;
  always @(posedge clk) begin
    if (entered[6]) begin
      _8_ <= delay3[n6[4:0]];
    end
  end
  assign read__data_41 = _8_;
  reg [21:0] delay4 [31:0];
  initial begin : clear_delay4
    integer index;
    for (index = 0; index < 32; index = index + 1)
      delay4[index] = 22'h000000;
  end
  always @(posedge clk) begin
    if (entered[0])
      delay4[pointer] <= convert4__result;
  end
  reg [21:0] _9_;
  always @(posedge clk) begin
    if (entered[8]) begin
      _9_ <= delay4[n7[4:0]];
    end
  end
  assign read__data_50 = _9_;
  reg [21:0] delay5 [31:0];
  initial begin : clear_delay5
    integer index;
    for (index = 0; index < 32; index = index + 1)
      delay5[index] = 22'h000000;
  end
  always @(posedge clk) begin
    if (entered[0])
      delay5[pointer] <= convert5__result;
  end
  reg [21:0] _10_;
  always @(posedge clk) begin
    if (entered[10]) begin
      _10_ <= delay5[n8[4:0]];
    end
  end
  assign read__data_59 = _10_;
  reg [21:0] delay6 [31:0];
  initial begin : clear_delay6
    integer index;
    for (index = 0; index < 32; index = index + 1)
      delay6[index] = 22'h000000;
  end
  always @(posedge clk) begin
    if (entered[0])
      delay6[pointer] <= convert6__result;
  end
  reg [21:0] _11_;
  always @(posedge clk) begin
    if (entered[12]) begin
      _11_ <= delay6[n9[4:0]];
    end
  end
  assign read__data_68 = _11_;
  reg [21:0] delay7 [31:0];
  initial begin : clear_delay7
    integer index;
    for (index = 0; index < 32; index = index + 1)
      delay7[index] = 22'h000000;
  end
  always @(posedge clk) begin
    if (entered[0])
      delay7[pointer] <= convert7__result;
  end
  reg [21:0] _12_;
  always @(posedge clk) begin
    if (entered[14]) begin
      _12_ <= delay7[n10[4:0]];
    end
  end
  assign read__data_77 = _12_;
  reg [21:0] delay8 [31:0];
  initial begin : clear_delay8
    integer index;
    for (index = 0; index < 32; index = index + 1)
      delay8[index] = 22'h000000;
  end
  always @(posedge clk) begin
    if (entered[0])
      delay8[pointer] <= convert8__result;
  end
  reg [21:0] _13_;
  always @(posedge clk) begin
    if (entered[16]) begin
      _13_ <= delay8[n11[4:0]];
    end
  end
  assign read__data_86 = _13_;
  reg [21:0] delay9 [31:0];
  initial begin : clear_delay9
    integer index;
    for (index = 0; index < 32; index = index + 1)
      delay9[index] = 22'h000000;
  end
  always @(posedge clk) begin
    if (entered[0])
      delay9[pointer] <= convert9__result;
  end
  reg [21:0] _14_;
  always @(posedge clk) begin
    if (entered[18]) begin
      _14_ <= delay9[n12[4:0]];
    end
  end
  assign read__data_95 = _14_;
  assign n3 = pointer + 1'h1;
  assign n4 = pointer - 2'h2;
  assign n5 = pointer - 3'h4;
  assign n6 = pointer - 3'h6;
  assign n7 = pointer - 4'h8;
  assign n8 = pointer - 4'ha;
  assign n9 = pointer - 4'hc;
  assign n10 = pointer - 4'he;
  assign n11 = pointer - 5'h10;
  assign n12 = pointer - 5'h12;
  assign n13 = pointer - 5'h14;
  assign n14 = pointer - 5'h16;
  assign n15 = pointer - 5'h18;
  assign n16 = pointer - 5'h1a;
  assign n17 = pointer - 5'h1c;
  assign n18 = pointer - 5'h1e;
  always @(posedge clk)
    held <= n19;
  always @(posedge clk)
    held_dtype <= 4'h3;
  always @(posedge clk)
    entered <= n21;
  always @(posedge clk)
    pointer <= n22;
  always @(posedge clk)
    operand0 <= n23;
  tn_to_pe_operand convert0 (
    .clk(clk),
    .dtype(held_dtype),
    .raw(held[31:0]),
    .result(result),
    .rst(rst)
  );
  tn_to_pe_operand convert1 (
    .clk(clk),
    .dtype(held_dtype),
    .raw(held[63:32]),
    .result(signature__data_2),
    .rst(rst)
  );
  tn_to_pe_operand convert10 (
    .clk(clk),
    .dtype(held_dtype),
    .raw(held[351:320]),
    .result(convert10__result),
    .rst(rst)
  );
  tn_to_pe_operand convert11 (
    .clk(clk),
    .dtype(held_dtype),
    .raw(held[383:352]),
    .result(convert11__result),
    .rst(rst)
  );
  tn_to_pe_operand convert12 (
    .clk(clk),
    .dtype(held_dtype),
    .raw(held[415:384]),
    .result(convert12__result),
    .rst(rst)
  );
  tn_to_pe_operand convert13 (
    .clk(clk),
    .dtype(held_dtype),
    .raw(held[447:416]),
    .result(convert13__result),
    .rst(rst)
  );
  tn_to_pe_operand convert14 (
    .clk(clk),
    .dtype(held_dtype),
    .raw(held[479:448]),
    .result(convert14__result),
    .rst(rst)
  );
  tn_to_pe_operand convert15 (
    .clk(clk),
    .dtype(held_dtype),
    .raw(held[511:480]),
    .result(convert15__result),
    .rst(rst)
  );
  tn_to_pe_operand convert2 (
    .clk(clk),
    .dtype(held_dtype),
    .raw(held[95:64]),
    .result(convert2__result),
    .rst(rst)
  );
  tn_to_pe_operand convert3 (
    .clk(clk),
    .dtype(held_dtype),
    .raw(held[127:96]),
    .result(convert3__result),
    .rst(rst)
  );
  tn_to_pe_operand convert4 (
    .clk(clk),
    .dtype(held_dtype),
    .raw(held[159:128]),
    .result(convert4__result),
    .rst(rst)
  );
  tn_to_pe_operand convert5 (
    .clk(clk),
    .dtype(held_dtype),
    .raw(held[191:160]),
    .result(convert5__result),
    .rst(rst)
  );
  tn_to_pe_operand convert6 (
    .clk(clk),
    .dtype(held_dtype),
    .raw(held[223:192]),
    .result(convert6__result),
    .rst(rst)
  );
  tn_to_pe_operand convert7 (
    .clk(clk),
    .dtype(held_dtype),
    .raw(held[255:224]),
    .result(convert7__result),
    .rst(rst)
  );
  tn_to_pe_operand convert8 (
    .clk(clk),
    .dtype(held_dtype),
    .raw(held[287:256]),
    .result(convert8__result),
    .rst(rst)
  );
  tn_to_pe_operand convert9 (
    .clk(clk),
    .dtype(held_dtype),
    .raw(held[319:288]),
    .result(convert9__result),
    .rst(rst)
  );
  always @* begin
    if (at_start) begin end
    n21 = n2[30:0];
    if (rst) begin
      n21 = 31'h00000000;
    end
  end
  always @* begin
    if (at_start) begin end
    n22 = n3[4:0];
    if (rst) begin
      n22 = 5'h00;
    end
  end
  always @* begin
    if (at_start) begin end
    n23 = operand0;
    if (entered[0]) begin
      n23 = result;
    end
  end
  assign valid = 1'h1;
  assign dtype = 4'h3;
  assign signature__en_2 = entered[0];
  assign signature__addr_2 = pointer;
  assign result_20 = signature__data_2;
  assign read__en = entered[2];
  assign read__addr = n4[4:0];
  assign signature__en_26 = entered[0];
  assign signature__addr_27 = pointer;
  assign result_29 = convert2__result;
  assign read__addr_31 = n5[4:0];
  assign signature__en_35 = entered[0];
  assign signature__addr_36 = pointer;
  assign result_38 = convert3__result;
  assign read__addr_40 = n6[4:0];
  assign signature__en_44 = entered[0];
  assign signature__addr_45 = pointer;
  assign result_47 = convert4__result;
  assign read__addr_49 = n7[4:0];
  assign signature__en_53 = entered[0];
  assign signature__addr_54 = pointer;
  assign result_56 = convert5__result;
  assign read__addr_58 = n8[4:0];
  assign signature__en_62 = entered[0];
  assign signature__addr_63 = pointer;
  assign result_65 = convert6__result;
  assign read__addr_67 = n9[4:0];
  assign signature__en_71 = entered[0];
  assign signature__addr_72 = pointer;
  assign result_74 = convert7__result;
  assign read__addr_76 = n10[4:0];
  assign signature__en_80 = entered[0];
  assign signature__addr_81 = pointer;
  assign result_83 = convert8__result;
  assign read__addr_85 = n11[4:0];
  assign signature__en_89 = entered[0];
  assign signature__addr_90 = pointer;
  assign result_92 = convert9__result;
  assign read__addr_94 = n12[4:0];
  assign signature__en_98 = entered[0];
  assign signature__addr_99 = pointer;
  assign result_101 = convert10__result;
  assign read__addr_103 = n13[4:0];
  assign signature__en_107 = entered[0];
  assign signature__addr_108 = pointer;
  assign result_110 = convert11__result;
  assign read__addr_112 = n14[4:0];
  assign signature__en_116 = entered[0];
  assign signature__addr_117 = pointer;
  assign result_119 = convert12__result;
  assign read__addr_121 = n15[4:0];
  assign signature__en_125 = entered[0];
  assign signature__addr_126 = pointer;
  assign result_128 = convert13__result;
  assign read__addr_130 = n16[4:0];
  assign signature__en_134 = entered[0];
  assign signature__addr_135 = pointer;
  assign result_137 = convert14__result;
  assign read__addr_139 = n17[4:0];
  assign signature__en_143 = entered[0];
  assign signature__addr_144 = pointer;
  assign result_146 = convert15__result;
  assign read__addr_148 = n18[4:0];
  assign held_0 = held[31:0];
  assign held_1 = held[63:32];
  assign held_2 = held[95:64];
  assign held_3 = held[127:96];
  assign held_4 = held[159:128];
  assign held_5 = held[191:160];
  assign held_6 = held[223:192];
  assign held_7 = held[255:224];
  assign held_8 = held[287:256];
  assign held_9 = held[319:288];
  assign held_10 = held[351:320];
  assign held_11 = held[383:352];
  assign held_12 = held[415:384];
  assign held_13 = held[447:416];
  assign held_14 = held[479:448];
  assign held_15 = held[511:480];
  assign raw_0 = raw[31:0];
  assign raw_1 = raw[63:32];
  assign raw_2 = raw[95:64];
  assign raw_3 = raw[127:96];
  assign raw_4 = raw[159:128];
  assign raw_5 = raw[191:160];
  assign raw_6 = raw[223:192];
  assign raw_7 = raw[255:224];
  assign raw_8 = raw[287:256];
  assign raw_9 = raw[319:288];
  assign raw_10 = raw[351:320];
  assign raw_11 = raw[383:352];
  assign raw_12 = raw[415:384];
  assign raw_13 = raw[447:416];
  assign raw_14 = raw[479:448];
  assign raw_15 = raw[511:480];
  assign operand0_fraction = operand0[10:0];
  assign operand0_leading = operand0[11];
  assign operand0_exponent = operand0[20:12];
  assign operand0_sign = operand0[21];
  assign result_fraction = result[10:0];
  assign result_leading = result[11];
  assign result_exponent = result[20:12];
  assign result_sign = result[21];
  assign rows_0 = rows[21:0];
  assign rows_0_fraction = rows[10:0];
  assign rows_0_leading = rows[11];
  assign rows_0_exponent = rows[20:12];
  assign rows_0_sign = rows[21];
  assign rows_1 = rows[43:22];
  assign rows_1_fraction = rows[32:22];
  assign rows_1_leading = rows[33];
  assign rows_1_exponent = rows[42:34];
  assign rows_1_sign = rows[43];
  assign rows_2 = rows[65:44];
  assign rows_2_fraction = rows[54:44];
  assign rows_2_leading = rows[55];
  assign rows_2_exponent = rows[64:56];
  assign rows_2_sign = rows[65];
  assign rows_3 = rows[87:66];
  assign rows_3_fraction = rows[76:66];
  assign rows_3_leading = rows[77];
  assign rows_3_exponent = rows[86:78];
  assign rows_3_sign = rows[87];
  assign rows_4 = rows[109:88];
  assign rows_4_fraction = rows[98:88];
  assign rows_4_leading = rows[99];
  assign rows_4_exponent = rows[108:100];
  assign rows_4_sign = rows[109];
  assign rows_5 = rows[131:110];
  assign rows_5_fraction = rows[120:110];
  assign rows_5_leading = rows[121];
  assign rows_5_exponent = rows[130:122];
  assign rows_5_sign = rows[131];
  assign rows_6 = rows[153:132];
  assign rows_6_fraction = rows[142:132];
  assign rows_6_leading = rows[143];
  assign rows_6_exponent = rows[152:144];
  assign rows_6_sign = rows[153];
  assign rows_7 = rows[175:154];
  assign rows_7_fraction = rows[164:154];
  assign rows_7_leading = rows[165];
  assign rows_7_exponent = rows[174:166];
  assign rows_7_sign = rows[175];
  assign rows_8 = rows[197:176];
  assign rows_8_fraction = rows[186:176];
  assign rows_8_leading = rows[187];
  assign rows_8_exponent = rows[196:188];
  assign rows_8_sign = rows[197];
  assign rows_9 = rows[219:198];
  assign rows_9_fraction = rows[208:198];
  assign rows_9_leading = rows[209];
  assign rows_9_exponent = rows[218:210];
  assign rows_9_sign = rows[219];
  assign rows_10 = rows[241:220];
  assign rows_10_fraction = rows[230:220];
  assign rows_10_leading = rows[231];
  assign rows_10_exponent = rows[240:232];
  assign rows_10_sign = rows[241];
  assign rows_11 = rows[263:242];
  assign rows_11_fraction = rows[252:242];
  assign rows_11_leading = rows[253];
  assign rows_11_exponent = rows[262:254];
  assign rows_11_sign = rows[263];
  assign rows_12 = rows[285:264];
  assign rows_12_fraction = rows[274:264];
  assign rows_12_leading = rows[275];
  assign rows_12_exponent = rows[284:276];
  assign rows_12_sign = rows[285];
  assign rows_13 = rows[307:286];
  assign rows_13_fraction = rows[296:286];
  assign rows_13_leading = rows[297];
  assign rows_13_exponent = rows[306:298];
  assign rows_13_sign = rows[307];
  assign rows_14 = rows[329:308];
  assign rows_14_fraction = rows[318:308];
  assign rows_14_leading = rows[319];
  assign rows_14_exponent = rows[328:320];
  assign rows_14_sign = rows[329];
  assign rows_15 = rows[351:330];
  assign rows_15_fraction = rows[340:330];
  assign rows_15_leading = rows[341];
  assign rows_15_exponent = rows[350:342];
  assign rows_15_sign = rows[351];
  assign signature__data_fraction = signature__data_2[10:0];
  assign signature__data_leading = signature__data_2[11];
  assign signature__data_exponent = signature__data_2[20:12];
  assign signature__data_sign = signature__data_2[21];
  assign result_20_fraction = signature__data_2[10:0];
  assign result_20_leading = signature__data_2[11];
  assign result_20_exponent = signature__data_2[20:12];
  assign result_20_sign = signature__data_2[21];
  assign read__data_fraction = read__data[10:0];
  assign read__data_leading = read__data[11];
  assign read__data_exponent = read__data[20:12];
  assign read__data_sign = read__data[21];
  assign convert2__result_fraction = convert2__result[10:0];
  assign convert2__result_leading = convert2__result[11];
  assign convert2__result_exponent = convert2__result[20:12];
  assign convert2__result_sign = convert2__result[21];
  assign result_29_fraction = convert2__result[10:0];
  assign result_29_leading = convert2__result[11];
  assign result_29_exponent = convert2__result[20:12];
  assign result_29_sign = convert2__result[21];
  assign read__data_32_fraction = read__data_32[10:0];
  assign read__data_32_leading = read__data_32[11];
  assign read__data_32_exponent = read__data_32[20:12];
  assign read__data_32_sign = read__data_32[21];
  assign convert3__result_fraction = convert3__result[10:0];
  assign convert3__result_leading = convert3__result[11];
  assign convert3__result_exponent = convert3__result[20:12];
  assign convert3__result_sign = convert3__result[21];
  assign result_38_fraction = convert3__result[10:0];
  assign result_38_leading = convert3__result[11];
  assign result_38_exponent = convert3__result[20:12];
  assign result_38_sign = convert3__result[21];
  assign read__data_41_fraction = read__data_41[10:0];
  assign read__data_41_leading = read__data_41[11];
  assign read__data_41_exponent = read__data_41[20:12];
  assign read__data_41_sign = read__data_41[21];
  assign convert4__result_fraction = convert4__result[10:0];
  assign convert4__result_leading = convert4__result[11];
  assign convert4__result_exponent = convert4__result[20:12];
  assign convert4__result_sign = convert4__result[21];
  assign result_47_fraction = convert4__result[10:0];
  assign result_47_leading = convert4__result[11];
  assign result_47_exponent = convert4__result[20:12];
  assign result_47_sign = convert4__result[21];
  assign read__data_50_fraction = read__data_50[10:0];
  assign read__data_50_leading = read__data_50[11];
  assign read__data_50_exponent = read__data_50[20:12];
  assign read__data_50_sign = read__data_50[21];
  assign convert5__result_fraction = convert5__result[10:0];
  assign convert5__result_leading = convert5__result[11];
  assign convert5__result_exponent = convert5__result[20:12];
  assign convert5__result_sign = convert5__result[21];
  assign result_56_fraction = convert5__result[10:0];
  assign result_56_leading = convert5__result[11];
  assign result_56_exponent = convert5__result[20:12];
  assign result_56_sign = convert5__result[21];
  assign read__data_59_fraction = read__data_59[10:0];
  assign read__data_59_leading = read__data_59[11];
  assign read__data_59_exponent = read__data_59[20:12];
  assign read__data_59_sign = read__data_59[21];
  assign convert6__result_fraction = convert6__result[10:0];
  assign convert6__result_leading = convert6__result[11];
  assign convert6__result_exponent = convert6__result[20:12];
  assign convert6__result_sign = convert6__result[21];
  assign result_65_fraction = convert6__result[10:0];
  assign result_65_leading = convert6__result[11];
  assign result_65_exponent = convert6__result[20:12];
  assign result_65_sign = convert6__result[21];
  assign read__data_68_fraction = read__data_68[10:0];
  assign read__data_68_leading = read__data_68[11];
  assign read__data_68_exponent = read__data_68[20:12];
  assign read__data_68_sign = read__data_68[21];
  assign convert7__result_fraction = convert7__result[10:0];
  assign convert7__result_leading = convert7__result[11];
  assign convert7__result_exponent = convert7__result[20:12];
  assign convert7__result_sign = convert7__result[21];
  assign result_74_fraction = convert7__result[10:0];
  assign result_74_leading = convert7__result[11];
  assign result_74_exponent = convert7__result[20:12];
  assign result_74_sign = convert7__result[21];
  assign read__data_77_fraction = read__data_77[10:0];
  assign read__data_77_leading = read__data_77[11];
  assign read__data_77_exponent = read__data_77[20:12];
  assign read__data_77_sign = read__data_77[21];
  assign convert8__result_fraction = convert8__result[10:0];
  assign convert8__result_leading = convert8__result[11];
  assign convert8__result_exponent = convert8__result[20:12];
  assign convert8__result_sign = convert8__result[21];
  assign result_83_fraction = convert8__result[10:0];
  assign result_83_leading = convert8__result[11];
  assign result_83_exponent = convert8__result[20:12];
  assign result_83_sign = convert8__result[21];
  assign read__data_86_fraction = read__data_86[10:0];
  assign read__data_86_leading = read__data_86[11];
  assign read__data_86_exponent = read__data_86[20:12];
  assign read__data_86_sign = read__data_86[21];
  assign convert9__result_fraction = convert9__result[10:0];
  assign convert9__result_leading = convert9__result[11];
  assign convert9__result_exponent = convert9__result[20:12];
  assign convert9__result_sign = convert9__result[21];
  assign result_92_fraction = convert9__result[10:0];
  assign result_92_leading = convert9__result[11];
  assign result_92_exponent = convert9__result[20:12];
  assign result_92_sign = convert9__result[21];
  assign read__data_95_fraction = read__data_95[10:0];
  assign read__data_95_leading = read__data_95[11];
  assign read__data_95_exponent = read__data_95[20:12];
  assign read__data_95_sign = read__data_95[21];
  assign convert10__result_fraction = convert10__result[10:0];
  assign convert10__result_leading = convert10__result[11];
  assign convert10__result_exponent = convert10__result[20:12];
  assign convert10__result_sign = convert10__result[21];
  assign result_101_fraction = convert10__result[10:0];
  assign result_101_leading = convert10__result[11];
  assign result_101_exponent = convert10__result[20:12];
  assign result_101_sign = convert10__result[21];
  assign read__data_104_fraction = read__data_104[10:0];
  assign read__data_104_leading = read__data_104[11];
  assign read__data_104_exponent = read__data_104[20:12];
  assign read__data_104_sign = read__data_104[21];
  assign convert11__result_fraction = convert11__result[10:0];
  assign convert11__result_leading = convert11__result[11];
  assign convert11__result_exponent = convert11__result[20:12];
  assign convert11__result_sign = convert11__result[21];
  assign result_110_fraction = convert11__result[10:0];
  assign result_110_leading = convert11__result[11];
  assign result_110_exponent = convert11__result[20:12];
  assign result_110_sign = convert11__result[21];
  assign read__data_113_fraction = read__data_113[10:0];
  assign read__data_113_leading = read__data_113[11];
  assign read__data_113_exponent = read__data_113[20:12];
  assign read__data_113_sign = read__data_113[21];
  assign convert12__result_fraction = convert12__result[10:0];
  assign convert12__result_leading = convert12__result[11];
  assign convert12__result_exponent = convert12__result[20:12];
  assign convert12__result_sign = convert12__result[21];
  assign result_119_fraction = convert12__result[10:0];
  assign result_119_leading = convert12__result[11];
  assign result_119_exponent = convert12__result[20:12];
  assign result_119_sign = convert12__result[21];
  assign read__data_122_fraction = read__data_122[10:0];
  assign read__data_122_leading = read__data_122[11];
  assign read__data_122_exponent = read__data_122[20:12];
  assign read__data_122_sign = read__data_122[21];
  assign convert13__result_fraction = convert13__result[10:0];
  assign convert13__result_leading = convert13__result[11];
  assign convert13__result_exponent = convert13__result[20:12];
  assign convert13__result_sign = convert13__result[21];
  assign result_128_fraction = convert13__result[10:0];
  assign result_128_leading = convert13__result[11];
  assign result_128_exponent = convert13__result[20:12];
  assign result_128_sign = convert13__result[21];
  assign read__data_131_fraction = read__data_131[10:0];
  assign read__data_131_leading = read__data_131[11];
  assign read__data_131_exponent = read__data_131[20:12];
  assign read__data_131_sign = read__data_131[21];
  assign convert14__result_fraction = convert14__result[10:0];
  assign convert14__result_leading = convert14__result[11];
  assign convert14__result_exponent = convert14__result[20:12];
  assign convert14__result_sign = convert14__result[21];
  assign result_137_fraction = convert14__result[10:0];
  assign result_137_leading = convert14__result[11];
  assign result_137_exponent = convert14__result[20:12];
  assign result_137_sign = convert14__result[21];
  assign read__data_140_fraction = read__data_140[10:0];
  assign read__data_140_leading = read__data_140[11];
  assign read__data_140_exponent = read__data_140[20:12];
  assign read__data_140_sign = read__data_140[21];
  assign convert15__result_fraction = convert15__result[10:0];
  assign convert15__result_leading = convert15__result[11];
  assign convert15__result_exponent = convert15__result[20:12];
  assign convert15__result_sign = convert15__result[21];
  assign result_146_fraction = convert15__result[10:0];
  assign result_146_leading = convert15__result[11];
  assign result_146_exponent = convert15__result[20:12];
  assign result_146_sign = convert15__result[21];
  assign read__data_149_fraction = read__data_149[10:0];
  assign read__data_149_leading = read__data_149[11];
  assign read__data_149_exponent = read__data_149[20:12];
  assign read__data_149_sign = read__data_149[21];
  assign rows[351:330] = read__data_149;
  assign rows[329:308] = read__data_140;
  assign rows[307:286] = read__data_131;
  assign rows[285:264] = read__data_122;
  assign rows[263:242] = read__data_113;
  assign rows[241:220] = read__data_104;
  assign rows[219:198] = read__data_95;
  assign rows[197:176] = read__data_86;
  assign rows[175:154] = read__data_77;
  assign rows[153:132] = read__data_68;
  assign rows[131:110] = read__data_59;
  assign rows[109:88] = read__data_50;
  assign rows[87:66] = read__data_41;
  assign rows[65:44] = read__data_32;
  assign rows[43:22] = read__data;
  assign rows[21:0] = operand0;
  assign taps[15] = entered[30];
  assign taps[14] = entered[28];
  assign taps[13] = entered[26];
  assign taps[12] = entered[24];
  assign taps[11] = entered[22];
  assign taps[10] = entered[20];
  assign taps[9] = entered[18];
  assign taps[8] = entered[16];
  assign taps[7] = entered[14];
  assign taps[6] = entered[12];
  assign taps[5] = entered[10];
  assign taps[4] = entered[8];
  assign taps[3] = entered[6];
  assign taps[2] = entered[4];
  assign taps[1] = entered[2];
  assign taps[0] = entered[0];
  assign n20 = 4'h3;
  assign n19 = raw;
  assign n1 = { entered, 1'h0 };
  assign n2[31:1] = n1[31:1];
  assign n2[0] = 1'h1;
endmodule

module reference_array_array_stationary_edge (
  clk,
  rst,
  raw,
  rows,
  taps,
  valid
);
  reg at_start = 0;
  wire [31:0] n1;
  wire [5:0] n10;
  wire [5:0] n11;
  wire [5:0] n12;
  wire [5:0] n13;
  wire [5:0] n14;
  wire [5:0] n15;
  wire [5:0] n16;
  wire [5:0] n17;
  wire [5:0] n18;
  reg [511:0] n19;
  wire [31:0] n2;
  reg [3:0] n20;
  reg [30:0] n21;
  reg [4:0] n22;
  reg [21:0] n23;
  wire [5:0] n3;
  wire [5:0] n4;
  wire [5:0] n5;
  wire [5:0] n6;
  wire [5:0] n7;
  wire [5:0] n8;
  wire [5:0] n9;
  wire [4:0] signature__addr_2;
  wire [4:0] signature__addr_108;
  wire [4:0] signature__addr_117;
  wire [4:0] signature__addr_126;
  wire [4:0] signature__addr_135;
  wire [4:0] signature__addr_144;
  wire [4:0] signature__addr_27;
  wire [4:0] signature__addr_36;
  wire [4:0] signature__addr_45;
  wire [4:0] signature__addr_54;
  wire [4:0] signature__addr_63;
  wire [4:0] signature__addr_72;
  wire [4:0] signature__addr_81;
  wire [4:0] signature__addr_90;
  wire [4:0] signature__addr_99;
  wire [21:0] signature__data_2;
  wire [21:0] convert10__result;
  wire [8:0] convert10__result_exponent;
  wire [10:0] convert10__result_fraction;
  wire convert10__result_leading;
  wire convert10__result_sign;
  wire [21:0] convert11__result;
  wire [8:0] convert11__result_exponent;
  wire [10:0] convert11__result_fraction;
  wire convert11__result_leading;
  wire convert11__result_sign;
  wire [21:0] convert12__result;
  wire [8:0] convert12__result_exponent;
  wire [10:0] convert12__result_fraction;
  wire convert12__result_leading;
  wire convert12__result_sign;
  wire [21:0] convert13__result;
  wire [8:0] convert13__result_exponent;
  wire [10:0] convert13__result_fraction;
  wire convert13__result_leading;
  wire convert13__result_sign;
  wire [21:0] convert14__result;
  wire [8:0] convert14__result_exponent;
  wire [10:0] convert14__result_fraction;
  wire convert14__result_leading;
  wire convert14__result_sign;
  wire [21:0] convert15__result;
  wire [8:0] convert15__result_exponent;
  wire [10:0] convert15__result_fraction;
  wire convert15__result_leading;
  wire convert15__result_sign;
  wire [21:0] convert2__result;
  wire [8:0] convert2__result_exponent;
  wire [10:0] convert2__result_fraction;
  wire convert2__result_leading;
  wire convert2__result_sign;
  wire [21:0] convert3__result;
  wire [8:0] convert3__result_exponent;
  wire [10:0] convert3__result_fraction;
  wire convert3__result_leading;
  wire convert3__result_sign;
  wire [21:0] convert4__result;
  wire [8:0] convert4__result_exponent;
  wire [10:0] convert4__result_fraction;
  wire convert4__result_leading;
  wire convert4__result_sign;
  wire [21:0] convert5__result;
  wire [8:0] convert5__result_exponent;
  wire [10:0] convert5__result_fraction;
  wire convert5__result_leading;
  wire convert5__result_sign;
  wire [21:0] convert6__result;
  wire [8:0] convert6__result_exponent;
  wire [10:0] convert6__result_fraction;
  wire convert6__result_leading;
  wire convert6__result_sign;
  wire [21:0] convert7__result;
  wire [8:0] convert7__result_exponent;
  wire [10:0] convert7__result_fraction;
  wire convert7__result_leading;
  wire convert7__result_sign;
  wire [21:0] convert8__result;
  wire [8:0] convert8__result_exponent;
  wire [10:0] convert8__result_fraction;
  wire convert8__result_leading;
  wire convert8__result_sign;
  wire [21:0] convert9__result;
  wire [8:0] convert9__result_exponent;
  wire [10:0] convert9__result_fraction;
  wire convert9__result_leading;
  wire convert9__result_sign;
  wire [8:0] signature__data_exponent;
  wire [10:0] signature__data_fraction;
  wire signature__data_leading;
  wire signature__data_sign;
  wire signature__en_2;
  wire signature__en_107;
  wire signature__en_116;
  wire signature__en_125;
  wire signature__en_134;
  wire signature__en_143;
  wire signature__en_26;
  wire signature__en_35;
  wire signature__en_44;
  wire signature__en_53;
  wire signature__en_62;
  wire signature__en_71;
  wire signature__en_80;
  wire signature__en_89;
  wire signature__en_98;
  input clk;
  wire clk;
  wire [3:0] dtype;
  reg [30:0] entered = 31'h00000000;
  reg [511:0] held = 512'h00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000;
  wire [31:0] held_0;
  wire [31:0] held_10;
  wire [31:0] held_11;
  wire [31:0] held_12;
  wire [31:0] held_13;
  wire [31:0] held_14;
  wire [31:0] held_15;
  wire [31:0] held_1;
  wire [31:0] held_2;
  wire [31:0] held_3;
  wire [31:0] held_4;
  wire [31:0] held_5;
  wire [31:0] held_6;
  wire [31:0] held_7;
  wire [31:0] held_8;
  wire [31:0] held_9;
  reg [3:0] held_dtype = 4'h3;
  reg [21:0] operand0 = 22'h000000;
  wire [8:0] operand0_exponent;
  wire [10:0] operand0_fraction;
  wire operand0_leading;
  wire operand0_sign;
  reg [4:0] pointer = 5'h00;
  input [511:0] raw;
  wire [511:0] raw;
  wire [31:0] raw_0;
  wire [31:0] raw_10;
  wire [31:0] raw_11;
  wire [31:0] raw_12;
  wire [31:0] raw_13;
  wire [31:0] raw_14;
  wire [31:0] raw_15;
  wire [31:0] raw_1;
  wire [31:0] raw_2;
  wire [31:0] raw_3;
  wire [31:0] raw_4;
  wire [31:0] raw_5;
  wire [31:0] raw_6;
  wire [31:0] raw_7;
  wire [31:0] raw_8;
  wire [31:0] raw_9;
  wire [4:0] read__addr;
  wire [4:0] read__addr_103;
  wire [4:0] read__addr_112;
  wire [4:0] read__addr_121;
  wire [4:0] read__addr_130;
  wire [4:0] read__addr_139;
  wire [4:0] read__addr_148;
  wire [4:0] read__addr_31;
  wire [4:0] read__addr_40;
  wire [4:0] read__addr_49;
  wire [4:0] read__addr_58;
  wire [4:0] read__addr_67;
  wire [4:0] read__addr_76;
  wire [4:0] read__addr_85;
  wire [4:0] read__addr_94;
  wire [21:0] read__data;
  wire [21:0] read__data_104;
  wire [8:0] read__data_104_exponent;
  wire [10:0] read__data_104_fraction;
  wire read__data_104_leading;
  wire read__data_104_sign;
  wire [21:0] read__data_113;
  wire [8:0] read__data_113_exponent;
  wire [10:0] read__data_113_fraction;
  wire read__data_113_leading;
  wire read__data_113_sign;
  wire [21:0] read__data_122;
  wire [8:0] read__data_122_exponent;
  wire [10:0] read__data_122_fraction;
  wire read__data_122_leading;
  wire read__data_122_sign;
  wire [21:0] read__data_131;
  wire [8:0] read__data_131_exponent;
  wire [10:0] read__data_131_fraction;
  wire read__data_131_leading;
  wire read__data_131_sign;
  wire [21:0] read__data_140;
  wire [8:0] read__data_140_exponent;
  wire [10:0] read__data_140_fraction;
  wire read__data_140_leading;
  wire read__data_140_sign;
  wire [21:0] read__data_149;
  wire [8:0] read__data_149_exponent;
  wire [10:0] read__data_149_fraction;
  wire read__data_149_leading;
  wire read__data_149_sign;
  wire [21:0] read__data_32;
  wire [8:0] read__data_32_exponent;
  wire [10:0] read__data_32_fraction;
  wire read__data_32_leading;
  wire read__data_32_sign;
  wire [21:0] read__data_41;
  wire [8:0] read__data_41_exponent;
  wire [10:0] read__data_41_fraction;
  wire read__data_41_leading;
  wire read__data_41_sign;
  wire [21:0] read__data_50;
  wire [8:0] read__data_50_exponent;
  wire [10:0] read__data_50_fraction;
  wire read__data_50_leading;
  wire read__data_50_sign;
  wire [21:0] read__data_59;
  wire [8:0] read__data_59_exponent;
  wire [10:0] read__data_59_fraction;
  wire read__data_59_leading;
  wire read__data_59_sign;
  wire [21:0] read__data_68;
  wire [8:0] read__data_68_exponent;
  wire [10:0] read__data_68_fraction;
  wire read__data_68_leading;
  wire read__data_68_sign;
  wire [21:0] read__data_77;
  wire [8:0] read__data_77_exponent;
  wire [10:0] read__data_77_fraction;
  wire read__data_77_leading;
  wire read__data_77_sign;
  wire [21:0] read__data_86;
  wire [8:0] read__data_86_exponent;
  wire [10:0] read__data_86_fraction;
  wire read__data_86_leading;
  wire read__data_86_sign;
  wire [21:0] read__data_95;
  wire [8:0] read__data_95_exponent;
  wire [10:0] read__data_95_fraction;
  wire read__data_95_leading;
  wire read__data_95_sign;
  wire [8:0] read__data_exponent;
  wire [10:0] read__data_fraction;
  wire read__data_leading;
  wire read__data_sign;
  wire read__en;
  wire [21:0] result;
  wire [21:0] result_101;
  wire [8:0] result_101_exponent;
  wire [10:0] result_101_fraction;
  wire result_101_leading;
  wire result_101_sign;
  wire [21:0] result_110;
  wire [8:0] result_110_exponent;
  wire [10:0] result_110_fraction;
  wire result_110_leading;
  wire result_110_sign;
  wire [21:0] result_119;
  wire [8:0] result_119_exponent;
  wire [10:0] result_119_fraction;
  wire result_119_leading;
  wire result_119_sign;
  wire [21:0] result_128;
  wire [8:0] result_128_exponent;
  wire [10:0] result_128_fraction;
  wire result_128_leading;
  wire result_128_sign;
  wire [21:0] result_137;
  wire [8:0] result_137_exponent;
  wire [10:0] result_137_fraction;
  wire result_137_leading;
  wire result_137_sign;
  wire [21:0] result_146;
  wire [8:0] result_146_exponent;
  wire [10:0] result_146_fraction;
  wire result_146_leading;
  wire result_146_sign;
  wire [21:0] result_20;
  wire [8:0] result_20_exponent;
  wire [10:0] result_20_fraction;
  wire result_20_leading;
  wire result_20_sign;
  wire [21:0] result_29;
  wire [8:0] result_29_exponent;
  wire [10:0] result_29_fraction;
  wire result_29_leading;
  wire result_29_sign;
  wire [21:0] result_38;
  wire [8:0] result_38_exponent;
  wire [10:0] result_38_fraction;
  wire result_38_leading;
  wire result_38_sign;
  wire [21:0] result_47;
  wire [8:0] result_47_exponent;
  wire [10:0] result_47_fraction;
  wire result_47_leading;
  wire result_47_sign;
  wire [21:0] result_56;
  wire [8:0] result_56_exponent;
  wire [10:0] result_56_fraction;
  wire result_56_leading;
  wire result_56_sign;
  wire [21:0] result_65;
  wire [8:0] result_65_exponent;
  wire [10:0] result_65_fraction;
  wire result_65_leading;
  wire result_65_sign;
  wire [21:0] result_74;
  wire [8:0] result_74_exponent;
  wire [10:0] result_74_fraction;
  wire result_74_leading;
  wire result_74_sign;
  wire [21:0] result_83;
  wire [8:0] result_83_exponent;
  wire [10:0] result_83_fraction;
  wire result_83_leading;
  wire result_83_sign;
  wire [21:0] result_92;
  wire [8:0] result_92_exponent;
  wire [10:0] result_92_fraction;
  wire result_92_leading;
  wire result_92_sign;
  wire [8:0] result_exponent;
  wire [10:0] result_fraction;
  wire result_leading;
  wire result_sign;
  output [351:0] rows;
  wire [351:0] rows;
  wire [21:0] rows_0;
  wire [8:0] rows_0_exponent;
  wire [10:0] rows_0_fraction;
  wire rows_0_leading;
  wire rows_0_sign;
  wire [21:0] rows_10;
  wire [8:0] rows_10_exponent;
  wire [10:0] rows_10_fraction;
  wire rows_10_leading;
  wire rows_10_sign;
  wire [21:0] rows_11;
  wire [8:0] rows_11_exponent;
  wire [10:0] rows_11_fraction;
  wire rows_11_leading;
  wire rows_11_sign;
  wire [21:0] rows_12;
  wire [8:0] rows_12_exponent;
  wire [10:0] rows_12_fraction;
  wire rows_12_leading;
  wire rows_12_sign;
  wire [21:0] rows_13;
  wire [8:0] rows_13_exponent;
  wire [10:0] rows_13_fraction;
  wire rows_13_leading;
  wire rows_13_sign;
  wire [21:0] rows_14;
  wire [8:0] rows_14_exponent;
  wire [10:0] rows_14_fraction;
  wire rows_14_leading;
  wire rows_14_sign;
  wire [21:0] rows_15;
  wire [8:0] rows_15_exponent;
  wire [10:0] rows_15_fraction;
  wire rows_15_leading;
  wire rows_15_sign;
  wire [21:0] rows_1;
  wire [8:0] rows_1_exponent;
  wire [10:0] rows_1_fraction;
  wire rows_1_leading;
  wire rows_1_sign;
  wire [21:0] rows_2;
  wire [8:0] rows_2_exponent;
  wire [10:0] rows_2_fraction;
  wire rows_2_leading;
  wire rows_2_sign;
  wire [21:0] rows_3;
  wire [8:0] rows_3_exponent;
  wire [10:0] rows_3_fraction;
  wire rows_3_leading;
  wire rows_3_sign;
  wire [21:0] rows_4;
  wire [8:0] rows_4_exponent;
  wire [10:0] rows_4_fraction;
  wire rows_4_leading;
  wire rows_4_sign;
  wire [21:0] rows_5;
  wire [8:0] rows_5_exponent;
  wire [10:0] rows_5_fraction;
  wire rows_5_leading;
  wire rows_5_sign;
  wire [21:0] rows_6;
  wire [8:0] rows_6_exponent;
  wire [10:0] rows_6_fraction;
  wire rows_6_leading;
  wire rows_6_sign;
  wire [21:0] rows_7;
  wire [8:0] rows_7_exponent;
  wire [10:0] rows_7_fraction;
  wire rows_7_leading;
  wire rows_7_sign;
  wire [21:0] rows_8;
  wire [8:0] rows_8_exponent;
  wire [10:0] rows_8_fraction;
  wire rows_8_leading;
  wire rows_8_sign;
  wire [21:0] rows_9;
  wire [8:0] rows_9_exponent;
  wire [10:0] rows_9_fraction;
  wire rows_9_leading;
  wire rows_9_sign;
  input rst;
  wire rst;
  output [15:0] taps;
  wire [15:0] taps;
  input valid;
  wire valid;
  reg [21:0] delay1 [31:0];
  initial begin : clear_delay1
    integer index;
    for (index = 0; index < 32; index = index + 1)
      delay1[index] = 22'h000000;
  end
  always @(posedge clk) begin
    if (entered[0])
      delay1[pointer] <= signature__data_2;
  end
  reg [21:0] _0_;
  always @(posedge clk) begin
    if (entered[2]) begin
      _0_ <= delay1[n4[4:0]];
    end
  end
  assign read__data = _0_;
  reg [21:0] delay10 [31:0];
  initial begin : clear_delay10
    integer index;
    for (index = 0; index < 32; index = index + 1)
      delay10[index] = 22'h000000;
  end
  always @(posedge clk) begin
    if (entered[0])
      delay10[pointer] <= convert10__result;
  end
  reg [21:0] _1_;
  always @(posedge clk) begin
    if (entered[20]) begin
      _1_ <= delay10[n13[4:0]];
    end
  end
  assign read__data_104 = _1_;
  reg [21:0] delay11 [31:0];
  initial begin : clear_delay11
    integer index;
    for (index = 0; index < 32; index = index + 1)
      delay11[index] = 22'h000000;
  end
  always @(posedge clk) begin
    if (entered[0])
      delay11[pointer] <= convert11__result;
  end
  reg [21:0] _2_;
  always @(posedge clk) begin
    if (entered[22]) begin
      _2_ <= delay11[n14[4:0]];
    end
  end
  assign read__data_113 = _2_;
  reg [21:0] delay12 [31:0];
  initial begin : clear_delay12
    integer index;
    for (index = 0; index < 32; index = index + 1)
      delay12[index] = 22'h000000;
  end
  always @(posedge clk) begin
    if (entered[0])
      delay12[pointer] <= convert12__result;
  end
  reg [21:0] _3_;
  always @(posedge clk) begin
    if (entered[24]) begin
      _3_ <= delay12[n15[4:0]];
    end
  end
  assign read__data_122 = _3_;
  reg [21:0] delay13 [31:0];
  initial begin : clear_delay13
    integer index;
    for (index = 0; index < 32; index = index + 1)
      delay13[index] = 22'h000000;
  end
  always @(posedge clk) begin
    if (entered[0])
      delay13[pointer] <= convert13__result;
  end
  reg [21:0] _4_;
  always @(posedge clk) begin
    if (entered[26]) begin
      _4_ <= delay13[n16[4:0]];
    end
  end
  assign read__data_131 = _4_;
  reg [21:0] delay14 [31:0];
  initial begin : clear_delay14
    integer index;
    for (index = 0; index < 32; index = index + 1)
      delay14[index] = 22'h000000;
  end
  always @(posedge clk) begin
    if (entered[0])
      delay14[pointer] <= convert14__result;
  end
  reg [21:0] _5_;
  always @(posedge clk) begin
    if (entered[28]) begin
      _5_ <= delay14[n17[4:0]];
    end
  end
  assign read__data_140 = _5_;
  reg [21:0] delay15 [31:0];
  initial begin : clear_delay15
    integer index;
    for (index = 0; index < 32; index = index + 1)
      delay15[index] = 22'h000000;
  end
  always @(posedge clk) begin
    if (entered[0])
      delay15[pointer] <= convert15__result;
  end
  reg [21:0] _6_;
  always @(posedge clk) begin
    if (entered[30]) begin
      _6_ <= delay15[n18[4:0]];
    end
  end
  assign read__data_149 = _6_;
  reg [21:0] delay2 [31:0];
  initial begin : clear_delay2
    integer index;
    for (index = 0; index < 32; index = index + 1)
      delay2[index] = 22'h000000;
  end
  always @(posedge clk) begin
    if (entered[0])
      delay2[pointer] <= convert2__result;
  end
  reg [21:0] _7_;
  always @(posedge clk) begin
    if (entered[4]) begin
      _7_ <= delay2[n5[4:0]];
    end
  end
  assign read__data_32 = _7_;
  reg [21:0] delay3 [31:0];
  initial begin : clear_delay3
    integer index;
    for (index = 0; index < 32; index = index + 1)
      delay3[index] = 22'h000000;
  end
  always @(posedge clk) begin
    if (entered[0])
      delay3[pointer] <= convert3__result;
  end
  reg [21:0] _8_;
  always @(posedge clk) begin
    if (entered[6]) begin
      _8_ <= delay3[n6[4:0]];
    end
  end
  assign read__data_41 = _8_;
  reg [21:0] delay4 [31:0];
  initial begin : clear_delay4
    integer index;
    for (index = 0; index < 32; index = index + 1)
      delay4[index] = 22'h000000;
  end
  always @(posedge clk) begin
    if (entered[0])
      delay4[pointer] <= convert4__result;
  end
  reg [21:0] _9_;
  always @(posedge clk) begin
    if (entered[8]) begin
      _9_ <= delay4[n7[4:0]];
    end
  end
  assign read__data_50 = _9_;
  reg [21:0] delay5 [31:0];
  initial begin : clear_delay5
    integer index;
    for (index = 0; index < 32; index = index + 1)
      delay5[index] = 22'h000000;
  end
  always @(posedge clk) begin
    if (entered[0])
      delay5[pointer] <= convert5__result;
  end
  reg [21:0] _10_;
  always @(posedge clk) begin
    if (entered[10]) begin
      _10_ <= delay5[n8[4:0]];
    end
  end
  assign read__data_59 = _10_;
  reg [21:0] delay6 [31:0];
  initial begin : clear_delay6
    integer index;
    for (index = 0; index < 32; index = index + 1)
      delay6[index] = 22'h000000;
  end
  always @(posedge clk) begin
    if (entered[0])
      delay6[pointer] <= convert6__result;
  end
  reg [21:0] _11_;
  always @(posedge clk) begin
    if (entered[12]) begin
      _11_ <= delay6[n9[4:0]];
    end
  end
  assign read__data_68 = _11_;
  reg [21:0] delay7 [31:0];
  initial begin : clear_delay7
    integer index;
    for (index = 0; index < 32; index = index + 1)
      delay7[index] = 22'h000000;
  end
  always @(posedge clk) begin
    if (entered[0])
      delay7[pointer] <= convert7__result;
  end
  reg [21:0] _12_;
  always @(posedge clk) begin
    if (entered[14]) begin
      _12_ <= delay7[n10[4:0]];
    end
  end
  assign read__data_77 = _12_;
  reg [21:0] delay8 [31:0];
  initial begin : clear_delay8
    integer index;
    for (index = 0; index < 32; index = index + 1)
      delay8[index] = 22'h000000;
  end
  always @(posedge clk) begin
    if (entered[0])
      delay8[pointer] <= convert8__result;
  end
  reg [21:0] _13_;
  always @(posedge clk) begin
    if (entered[16]) begin
      _13_ <= delay8[n11[4:0]];
    end
  end
  assign read__data_86 = _13_;
  reg [21:0] delay9 [31:0];
  initial begin : clear_delay9
    integer index;
    for (index = 0; index < 32; index = index + 1)
      delay9[index] = 22'h000000;
  end
  always @(posedge clk) begin
    if (entered[0])
      delay9[pointer] <= convert9__result;
  end
  reg [21:0] _14_;
  always @(posedge clk) begin
    if (entered[18]) begin
      _14_ <= delay9[n12[4:0]];
    end
  end
  assign read__data_95 = _14_;
  assign n2 = n1 | { 31'h00000000, valid };
  assign n3 = pointer + 1'h1;
  assign n4 = pointer - 2'h2;
  assign n5 = pointer - 3'h4;
  assign n6 = pointer - 3'h6;
  assign n7 = pointer - 4'h8;
  assign n8 = pointer - 4'ha;
  assign n9 = pointer - 4'hc;
  assign n10 = pointer - 4'he;
  assign n11 = pointer - 5'h10;
  assign n12 = pointer - 5'h12;
  assign n13 = pointer - 5'h14;
  assign n14 = pointer - 5'h16;
  assign n15 = pointer - 5'h18;
  assign n16 = pointer - 5'h1a;
  assign n17 = pointer - 5'h1c;
  assign n18 = pointer - 5'h1e;
  always @(posedge clk)
    held <= n19;
  always @(posedge clk)
    held_dtype <= n20;
  always @(posedge clk)
    entered <= n21;
  always @(posedge clk)
    pointer <= n22;
  always @(posedge clk)
    operand0 <= n23;
  tn_to_pe_operand convert0 (
    .clk(clk),
    .dtype(held_dtype),
    .raw(held[31:0]),
    .result(result),
    .rst(rst)
  );
  tn_to_pe_operand convert1 (
    .clk(clk),
    .dtype(held_dtype),
    .raw(held[63:32]),
    .result(signature__data_2),
    .rst(rst)
  );
  tn_to_pe_operand convert10 (
    .clk(clk),
    .dtype(held_dtype),
    .raw(held[351:320]),
    .result(convert10__result),
    .rst(rst)
  );
  tn_to_pe_operand convert11 (
    .clk(clk),
    .dtype(held_dtype),
    .raw(held[383:352]),
    .result(convert11__result),
    .rst(rst)
  );
  tn_to_pe_operand convert12 (
    .clk(clk),
    .dtype(held_dtype),
    .raw(held[415:384]),
    .result(convert12__result),
    .rst(rst)
  );
  tn_to_pe_operand convert13 (
    .clk(clk),
    .dtype(held_dtype),
    .raw(held[447:416]),
    .result(convert13__result),
    .rst(rst)
  );
  tn_to_pe_operand convert14 (
    .clk(clk),
    .dtype(held_dtype),
    .raw(held[479:448]),
    .result(convert14__result),
    .rst(rst)
  );
  tn_to_pe_operand convert15 (
    .clk(clk),
    .dtype(held_dtype),
    .raw(held[511:480]),
    .result(convert15__result),
    .rst(rst)
  );
  tn_to_pe_operand convert2 (
    .clk(clk),
    .dtype(held_dtype),
    .raw(held[95:64]),
    .result(convert2__result),
    .rst(rst)
  );
  tn_to_pe_operand convert3 (
    .clk(clk),
    .dtype(held_dtype),
    .raw(held[127:96]),
    .result(convert3__result),
    .rst(rst)
  );
  tn_to_pe_operand convert4 (
    .clk(clk),
    .dtype(held_dtype),
    .raw(held[159:128]),
    .result(convert4__result),
    .rst(rst)
  );
  tn_to_pe_operand convert5 (
    .clk(clk),
    .dtype(held_dtype),
    .raw(held[191:160]),
    .result(convert5__result),
    .rst(rst)
  );
  tn_to_pe_operand convert6 (
    .clk(clk),
    .dtype(held_dtype),
    .raw(held[223:192]),
    .result(convert6__result),
    .rst(rst)
  );
  tn_to_pe_operand convert7 (
    .clk(clk),
    .dtype(held_dtype),
    .raw(held[255:224]),
    .result(convert7__result),
    .rst(rst)
  );
  tn_to_pe_operand convert8 (
    .clk(clk),
    .dtype(held_dtype),
    .raw(held[287:256]),
    .result(convert8__result),
    .rst(rst)
  );
  tn_to_pe_operand convert9 (
    .clk(clk),
    .dtype(held_dtype),
    .raw(held[319:288]),
    .result(convert9__result),
    .rst(rst)
  );
  always @* begin
    if (at_start) begin end
    n19 = held;
    if (valid) begin
      n19 = raw;
    end
  end
  always @* begin
    if (at_start) begin end
    n20 = held_dtype;
    if (valid) begin
      n20 = 4'h3;
    end
  end
  always @* begin
    if (at_start) begin end
    n21 = n2[30:0];
    if (rst) begin
      n21 = 31'h00000000;
    end
  end
  always @* begin
    if (at_start) begin end
    n22 = n3[4:0];
    if (rst) begin
      n22 = 5'h00;
    end
  end
  always @* begin
    if (at_start) begin end
    n23 = operand0;
    if (entered[0]) begin
      n23 = result;
    end
  end
  assign dtype = 4'h3;
  assign signature__en_2 = entered[0];
  assign signature__addr_2 = pointer;
  assign result_20 = signature__data_2;
  assign read__en = entered[2];
  assign read__addr = n4[4:0];
  assign signature__en_26 = entered[0];
  assign signature__addr_27 = pointer;
  assign result_29 = convert2__result;
  assign read__addr_31 = n5[4:0];
  assign signature__en_35 = entered[0];
  assign signature__addr_36 = pointer;
  assign result_38 = convert3__result;
  assign read__addr_40 = n6[4:0];
  assign signature__en_44 = entered[0];
  assign signature__addr_45 = pointer;
  assign result_47 = convert4__result;
  assign read__addr_49 = n7[4:0];
  assign signature__en_53 = entered[0];
  assign signature__addr_54 = pointer;
  assign result_56 = convert5__result;
  assign read__addr_58 = n8[4:0];
  assign signature__en_62 = entered[0];
  assign signature__addr_63 = pointer;
  assign result_65 = convert6__result;
  assign read__addr_67 = n9[4:0];
  assign signature__en_71 = entered[0];
  assign signature__addr_72 = pointer;
  assign result_74 = convert7__result;
  assign read__addr_76 = n10[4:0];
  assign signature__en_80 = entered[0];
  assign signature__addr_81 = pointer;
  assign result_83 = convert8__result;
  assign read__addr_85 = n11[4:0];
  assign signature__en_89 = entered[0];
  assign signature__addr_90 = pointer;
  assign result_92 = convert9__result;
  assign read__addr_94 = n12[4:0];
  assign signature__en_98 = entered[0];
  assign signature__addr_99 = pointer;
  assign result_101 = convert10__result;
  assign read__addr_103 = n13[4:0];
  assign signature__en_107 = entered[0];
  assign signature__addr_108 = pointer;
  assign result_110 = convert11__result;
  assign read__addr_112 = n14[4:0];
  assign signature__en_116 = entered[0];
  assign signature__addr_117 = pointer;
  assign result_119 = convert12__result;
  assign read__addr_121 = n15[4:0];
  assign signature__en_125 = entered[0];
  assign signature__addr_126 = pointer;
  assign result_128 = convert13__result;
  assign read__addr_130 = n16[4:0];
  assign signature__en_134 = entered[0];
  assign signature__addr_135 = pointer;
  assign result_137 = convert14__result;
  assign read__addr_139 = n17[4:0];
  assign signature__en_143 = entered[0];
  assign signature__addr_144 = pointer;
  assign result_146 = convert15__result;
  assign read__addr_148 = n18[4:0];
  assign held_0 = held[31:0];
  assign held_1 = held[63:32];
  assign held_2 = held[95:64];
  assign held_3 = held[127:96];
  assign held_4 = held[159:128];
  assign held_5 = held[191:160];
  assign held_6 = held[223:192];
  assign held_7 = held[255:224];
  assign held_8 = held[287:256];
  assign held_9 = held[319:288];
  assign held_10 = held[351:320];
  assign held_11 = held[383:352];
  assign held_12 = held[415:384];
  assign held_13 = held[447:416];
  assign held_14 = held[479:448];
  assign held_15 = held[511:480];
  assign raw_0 = raw[31:0];
  assign raw_1 = raw[63:32];
  assign raw_2 = raw[95:64];
  assign raw_3 = raw[127:96];
  assign raw_4 = raw[159:128];
  assign raw_5 = raw[191:160];
  assign raw_6 = raw[223:192];
  assign raw_7 = raw[255:224];
  assign raw_8 = raw[287:256];
  assign raw_9 = raw[319:288];
  assign raw_10 = raw[351:320];
  assign raw_11 = raw[383:352];
  assign raw_12 = raw[415:384];
  assign raw_13 = raw[447:416];
  assign raw_14 = raw[479:448];
  assign raw_15 = raw[511:480];
  assign operand0_fraction = operand0[10:0];
  assign operand0_leading = operand0[11];
  assign operand0_exponent = operand0[20:12];
  assign operand0_sign = operand0[21];
  assign result_fraction = result[10:0];
  assign result_leading = result[11];
  assign result_exponent = result[20:12];
  assign result_sign = result[21];
  assign rows_0 = rows[21:0];
  assign rows_0_fraction = rows[10:0];
  assign rows_0_leading = rows[11];
  assign rows_0_exponent = rows[20:12];
  assign rows_0_sign = rows[21];
  assign rows_1 = rows[43:22];
  assign rows_1_fraction = rows[32:22];
  assign rows_1_leading = rows[33];
  assign rows_1_exponent = rows[42:34];
  assign rows_1_sign = rows[43];
  assign rows_2 = rows[65:44];
  assign rows_2_fraction = rows[54:44];
  assign rows_2_leading = rows[55];
  assign rows_2_exponent = rows[64:56];
  assign rows_2_sign = rows[65];
  assign rows_3 = rows[87:66];
  assign rows_3_fraction = rows[76:66];
  assign rows_3_leading = rows[77];
  assign rows_3_exponent = rows[86:78];
  assign rows_3_sign = rows[87];
  assign rows_4 = rows[109:88];
  assign rows_4_fraction = rows[98:88];
  assign rows_4_leading = rows[99];
  assign rows_4_exponent = rows[108:100];
  assign rows_4_sign = rows[109];
  assign rows_5 = rows[131:110];
  assign rows_5_fraction = rows[120:110];
  assign rows_5_leading = rows[121];
  assign rows_5_exponent = rows[130:122];
  assign rows_5_sign = rows[131];
  assign rows_6 = rows[153:132];
  assign rows_6_fraction = rows[142:132];
  assign rows_6_leading = rows[143];
  assign rows_6_exponent = rows[152:144];
  assign rows_6_sign = rows[153];
  assign rows_7 = rows[175:154];
  assign rows_7_fraction = rows[164:154];
  assign rows_7_leading = rows[165];
  assign rows_7_exponent = rows[174:166];
  assign rows_7_sign = rows[175];
  assign rows_8 = rows[197:176];
  assign rows_8_fraction = rows[186:176];
  assign rows_8_leading = rows[187];
  assign rows_8_exponent = rows[196:188];
  assign rows_8_sign = rows[197];
  assign rows_9 = rows[219:198];
  assign rows_9_fraction = rows[208:198];
  assign rows_9_leading = rows[209];
  assign rows_9_exponent = rows[218:210];
  assign rows_9_sign = rows[219];
  assign rows_10 = rows[241:220];
  assign rows_10_fraction = rows[230:220];
  assign rows_10_leading = rows[231];
  assign rows_10_exponent = rows[240:232];
  assign rows_10_sign = rows[241];
  assign rows_11 = rows[263:242];
  assign rows_11_fraction = rows[252:242];
  assign rows_11_leading = rows[253];
  assign rows_11_exponent = rows[262:254];
  assign rows_11_sign = rows[263];
  assign rows_12 = rows[285:264];
  assign rows_12_fraction = rows[274:264];
  assign rows_12_leading = rows[275];
  assign rows_12_exponent = rows[284:276];
  assign rows_12_sign = rows[285];
  assign rows_13 = rows[307:286];
  assign rows_13_fraction = rows[296:286];
  assign rows_13_leading = rows[297];
  assign rows_13_exponent = rows[306:298];
  assign rows_13_sign = rows[307];
  assign rows_14 = rows[329:308];
  assign rows_14_fraction = rows[318:308];
  assign rows_14_leading = rows[319];
  assign rows_14_exponent = rows[328:320];
  assign rows_14_sign = rows[329];
  assign rows_15 = rows[351:330];
  assign rows_15_fraction = rows[340:330];
  assign rows_15_leading = rows[341];
  assign rows_15_exponent = rows[350:342];
  assign rows_15_sign = rows[351];
  assign signature__data_fraction = signature__data_2[10:0];
  assign signature__data_leading = signature__data_2[11];
  assign signature__data_exponent = signature__data_2[20:12];
  assign signature__data_sign = signature__data_2[21];
  assign result_20_fraction = signature__data_2[10:0];
  assign result_20_leading = signature__data_2[11];
  assign result_20_exponent = signature__data_2[20:12];
  assign result_20_sign = signature__data_2[21];
  assign read__data_fraction = read__data[10:0];
  assign read__data_leading = read__data[11];
  assign read__data_exponent = read__data[20:12];
  assign read__data_sign = read__data[21];
  assign convert2__result_fraction = convert2__result[10:0];
  assign convert2__result_leading = convert2__result[11];
  assign convert2__result_exponent = convert2__result[20:12];
  assign convert2__result_sign = convert2__result[21];
  assign result_29_fraction = convert2__result[10:0];
  assign result_29_leading = convert2__result[11];
  assign result_29_exponent = convert2__result[20:12];
  assign result_29_sign = convert2__result[21];
  assign read__data_32_fraction = read__data_32[10:0];
  assign read__data_32_leading = read__data_32[11];
  assign read__data_32_exponent = read__data_32[20:12];
  assign read__data_32_sign = read__data_32[21];
  assign convert3__result_fraction = convert3__result[10:0];
  assign convert3__result_leading = convert3__result[11];
  assign convert3__result_exponent = convert3__result[20:12];
  assign convert3__result_sign = convert3__result[21];
  assign result_38_fraction = convert3__result[10:0];
  assign result_38_leading = convert3__result[11];
  assign result_38_exponent = convert3__result[20:12];
  assign result_38_sign = convert3__result[21];
  assign read__data_41_fraction = read__data_41[10:0];
  assign read__data_41_leading = read__data_41[11];
  assign read__data_41_exponent = read__data_41[20:12];
  assign read__data_41_sign = read__data_41[21];
  assign convert4__result_fraction = convert4__result[10:0];
  assign convert4__result_leading = convert4__result[11];
  assign convert4__result_exponent = convert4__result[20:12];
  assign convert4__result_sign = convert4__result[21];
  assign result_47_fraction = convert4__result[10:0];
  assign result_47_leading = convert4__result[11];
  assign result_47_exponent = convert4__result[20:12];
  assign result_47_sign = convert4__result[21];
  assign read__data_50_fraction = read__data_50[10:0];
  assign read__data_50_leading = read__data_50[11];
  assign read__data_50_exponent = read__data_50[20:12];
  assign read__data_50_sign = read__data_50[21];
  assign convert5__result_fraction = convert5__result[10:0];
  assign convert5__result_leading = convert5__result[11];
  assign convert5__result_exponent = convert5__result[20:12];
  assign convert5__result_sign = convert5__result[21];
  assign result_56_fraction = convert5__result[10:0];
  assign result_56_leading = convert5__result[11];
  assign result_56_exponent = convert5__result[20:12];
  assign result_56_sign = convert5__result[21];
  assign read__data_59_fraction = read__data_59[10:0];
  assign read__data_59_leading = read__data_59[11];
  assign read__data_59_exponent = read__data_59[20:12];
  assign read__data_59_sign = read__data_59[21];
  assign convert6__result_fraction = convert6__result[10:0];
  assign convert6__result_leading = convert6__result[11];
  assign convert6__result_exponent = convert6__result[20:12];
  assign convert6__result_sign = convert6__result[21];
  assign result_65_fraction = convert6__result[10:0];
  assign result_65_leading = convert6__result[11];
  assign result_65_exponent = convert6__result[20:12];
  assign result_65_sign = convert6__result[21];
  assign read__data_68_fraction = read__data_68[10:0];
  assign read__data_68_leading = read__data_68[11];
  assign read__data_68_exponent = read__data_68[20:12];
  assign read__data_68_sign = read__data_68[21];
  assign convert7__result_fraction = convert7__result[10:0];
  assign convert7__result_leading = convert7__result[11];
  assign convert7__result_exponent = convert7__result[20:12];
  assign convert7__result_sign = convert7__result[21];
  assign result_74_fraction = convert7__result[10:0];
  assign result_74_leading = convert7__result[11];
  assign result_74_exponent = convert7__result[20:12];
  assign result_74_sign = convert7__result[21];
  assign read__data_77_fraction = read__data_77[10:0];
  assign read__data_77_leading = read__data_77[11];
  assign read__data_77_exponent = read__data_77[20:12];
  assign read__data_77_sign = read__data_77[21];
  assign convert8__result_fraction = convert8__result[10:0];
  assign convert8__result_leading = convert8__result[11];
  assign convert8__result_exponent = convert8__result[20:12];
  assign convert8__result_sign = convert8__result[21];
  assign result_83_fraction = convert8__result[10:0];
  assign result_83_leading = convert8__result[11];
  assign result_83_exponent = convert8__result[20:12];
  assign result_83_sign = convert8__result[21];
  assign read__data_86_fraction = read__data_86[10:0];
  assign read__data_86_leading = read__data_86[11];
  assign read__data_86_exponent = read__data_86[20:12];
  assign read__data_86_sign = read__data_86[21];
  assign convert9__result_fraction = convert9__result[10:0];
  assign convert9__result_leading = convert9__result[11];
  assign convert9__result_exponent = convert9__result[20:12];
  assign convert9__result_sign = convert9__result[21];
  assign result_92_fraction = convert9__result[10:0];
  assign result_92_leading = convert9__result[11];
  assign result_92_exponent = convert9__result[20:12];
  assign result_92_sign = convert9__result[21];
  assign read__data_95_fraction = read__data_95[10:0];
  assign read__data_95_leading = read__data_95[11];
  assign read__data_95_exponent = read__data_95[20:12];
  assign read__data_95_sign = read__data_95[21];
  assign convert10__result_fraction = convert10__result[10:0];
  assign convert10__result_leading = convert10__result[11];
  assign convert10__result_exponent = convert10__result[20:12];
  assign convert10__result_sign = convert10__result[21];
  assign result_101_fraction = convert10__result[10:0];
  assign result_101_leading = convert10__result[11];
  assign result_101_exponent = convert10__result[20:12];
  assign result_101_sign = convert10__result[21];
  assign read__data_104_fraction = read__data_104[10:0];
  assign read__data_104_leading = read__data_104[11];
  assign read__data_104_exponent = read__data_104[20:12];
  assign read__data_104_sign = read__data_104[21];
  assign convert11__result_fraction = convert11__result[10:0];
  assign convert11__result_leading = convert11__result[11];
  assign convert11__result_exponent = convert11__result[20:12];
  assign convert11__result_sign = convert11__result[21];
  assign result_110_fraction = convert11__result[10:0];
  assign result_110_leading = convert11__result[11];
  assign result_110_exponent = convert11__result[20:12];
  assign result_110_sign = convert11__result[21];
  assign read__data_113_fraction = read__data_113[10:0];
  assign read__data_113_leading = read__data_113[11];
  assign read__data_113_exponent = read__data_113[20:12];
  assign read__data_113_sign = read__data_113[21];
  assign convert12__result_fraction = convert12__result[10:0];
  assign convert12__result_leading = convert12__result[11];
  assign convert12__result_exponent = convert12__result[20:12];
  assign convert12__result_sign = convert12__result[21];
  assign result_119_fraction = convert12__result[10:0];
  assign result_119_leading = convert12__result[11];
  assign result_119_exponent = convert12__result[20:12];
  assign result_119_sign = convert12__result[21];
  assign read__data_122_fraction = read__data_122[10:0];
  assign read__data_122_leading = read__data_122[11];
  assign read__data_122_exponent = read__data_122[20:12];
  assign read__data_122_sign = read__data_122[21];
  assign convert13__result_fraction = convert13__result[10:0];
  assign convert13__result_leading = convert13__result[11];
  assign convert13__result_exponent = convert13__result[20:12];
  assign convert13__result_sign = convert13__result[21];
  assign result_128_fraction = convert13__result[10:0];
  assign result_128_leading = convert13__result[11];
  assign result_128_exponent = convert13__result[20:12];
  assign result_128_sign = convert13__result[21];
  assign read__data_131_fraction = read__data_131[10:0];
  assign read__data_131_leading = read__data_131[11];
  assign read__data_131_exponent = read__data_131[20:12];
  assign read__data_131_sign = read__data_131[21];
  assign convert14__result_fraction = convert14__result[10:0];
  assign convert14__result_leading = convert14__result[11];
  assign convert14__result_exponent = convert14__result[20:12];
  assign convert14__result_sign = convert14__result[21];
  assign result_137_fraction = convert14__result[10:0];
  assign result_137_leading = convert14__result[11];
  assign result_137_exponent = convert14__result[20:12];
  assign result_137_sign = convert14__result[21];
  assign read__data_140_fraction = read__data_140[10:0];
  assign read__data_140_leading = read__data_140[11];
  assign read__data_140_exponent = read__data_140[20:12];
  assign read__data_140_sign = read__data_140[21];
  assign convert15__result_fraction = convert15__result[10:0];
  assign convert15__result_leading = convert15__result[11];
  assign convert15__result_exponent = convert15__result[20:12];
  assign convert15__result_sign = convert15__result[21];
  assign result_146_fraction = convert15__result[10:0];
  assign result_146_leading = convert15__result[11];
  assign result_146_exponent = convert15__result[20:12];
  assign result_146_sign = convert15__result[21];
  assign read__data_149_fraction = read__data_149[10:0];
  assign read__data_149_leading = read__data_149[11];
  assign read__data_149_exponent = read__data_149[20:12];
  assign read__data_149_sign = read__data_149[21];
  assign rows[351:330] = read__data_149;
  assign rows[329:308] = read__data_140;
  assign rows[307:286] = read__data_131;
  assign rows[285:264] = read__data_122;
  assign rows[263:242] = read__data_113;
  assign rows[241:220] = read__data_104;
  assign rows[219:198] = read__data_95;
  assign rows[197:176] = read__data_86;
  assign rows[175:154] = read__data_77;
  assign rows[153:132] = read__data_68;
  assign rows[131:110] = read__data_59;
  assign rows[109:88] = read__data_50;
  assign rows[87:66] = read__data_41;
  assign rows[65:44] = read__data_32;
  assign rows[43:22] = read__data;
  assign rows[21:0] = operand0;
  assign taps[15] = entered[30];
  assign taps[14] = entered[28];
  assign taps[13] = entered[26];
  assign taps[12] = entered[24];
  assign taps[11] = entered[22];
  assign taps[10] = entered[20];
  assign taps[9] = entered[18];
  assign taps[8] = entered[16];
  assign taps[7] = entered[14];
  assign taps[6] = entered[12];
  assign taps[5] = entered[10];
  assign taps[4] = entered[8];
  assign taps[3] = entered[6];
  assign taps[2] = entered[4];
  assign taps[1] = entered[2];
  assign taps[0] = entered[0];
  assign n1 = { entered, 1'h0 };
endmodule

module tn_pe (
  clk,
  rst,
  clear,
  load,
  moving,
  stationary,
  sum_in,
  sum_out,
  swap
);
  reg at_start = 0;
  wire n1;
  wire [31:0] n10;
  wire n11;
  wire [24:0] n12;
  wire n13;
  wire n14;
  wire n15;
  wire [9:0] n16;
  wire [10:0] n17;
  wire [10:0] n18;
  wire n19;
  wire [8:0] n2;
  wire n20;
  wire [7:0] n21;
  wire [9:0] n22;
  wire [10:0] n23;
  wire [11:0] n24;
  wire n25;
  wire [9:0] n26;
  wire n27;
  wire [23:0] n28;
  wire n29;
  wire n3;
  wire n30;
  wire n31;
  wire n32;
  wire n33;
  wire n34;
  wire n35;
  wire n36;
  wire n37;
  wire n38;
  wire n39;
  wire n4;
  wire n40;
  wire [10:0] n41;
  wire [11:0] n42;
  wire n43;
  wire n44;
  wire n45;
  wire n46;
  wire n47;
  wire n48;
  wire n49;
  wire n5;
  wire n50;
  wire n51;
  wire n52;
  wire n53;
  wire [27:0] n54;
  wire [28:0] n55;
  wire [29:0] n56;
  wire [27:0] n57;
  wire [28:0] n58;
  wire [27:0] n59;
  wire n6;
  wire [15:0] n60;
  wire [7:0] n61;
  wire [3:0] n62;
  wire [1:0] n63;
  wire [5:0] n64;
  wire n65;
  wire [8:0] n66;
  wire [58:0] n67;
  wire [9:0] n68;
  wire [32:0] n69;
  wire n7;
  wire n70;
  wire n71;
  wire n72;
  wire [33:0] n73;
  reg [21:0] n74;
  reg [21:0] n75;
  wire n8;
  wire [30:0] n9;
  wire [23:0] signal_2;
  wire signal_23;
  wire [10:0] signal_31;
  wire [9:0] signal_33;
  wire [23:0] signal_35;
  wire [23:0] signal_36;
  wire signal_40;
  wire [27:0] signal_43;
  wire [4:0] signal_54;
  reg [21:0] active = 22'h000000;
  wire [8:0] active_exponent;
  wire [10:0] active_fraction;
  wire active_leading;
  wire active_sign;
  wire [8:0] addend_exponent;
  wire addend_larger;
  input clear;
  wire clear;
  input clk;
  wire clk;
  wire [9:0] exponent;
  input load;
  wire load;
  wire [27:0] magnitude;
  input [21:0] moving;
  wire [21:0] moving;
  wire [8:0] moving_exponent;
  wire [10:0] moving_fraction;
  wire moving_leading;
  wire moving_sign;
  wire [27:0] normal;
  wire not_zero;
  wire occupied1;
  wire occupied16;
  wire occupied2;
  wire occupied4;
  wire occupied8;
  reg [9:0] product_exponent = 10'h000;
  reg product_sign = 1'h0;
  reg [23:0] product_significand = 24'h000000;
  wire [23:0] raw;
  wire [31:0] rounded;
  wire [31:0] rounded_result;
  input rst;
  wire rst;
  reg [21:0] shadow = 22'h000000;
  wire [8:0] shadow_exponent;
  wire [10:0] shadow_fraction;
  wire shadow_leading;
  wire shadow_sign;
  wire [4:0] shift;
  wire [4:0] shift_55;
  wire [49:0] shifted;
  wire [23:0] small_2;
  input [21:0] stationary;
  wire [21:0] stationary;
  wire [8:0] stationary_exponent;
  wire [10:0] stationary_fraction;
  wire stationary_leading;
  wire stationary_sign;
  input [31:0] sum_in;
  wire [31:0] sum_in;
  output [31:0] sum_out;
  reg [31:0] sum_out = 32'd0;
  input swap;
  wire swap;
  wire [8:0] terms_exponent;
  wire terms_is_nan;
  wire [23:0] terms_large;
  wire terms_sign;
  wire [26:0] terms_small;
  wire terms_subtract;
  reg [8:0] total_exponent = 9'h000;
  reg total_is_nan = 1'h0;
  reg [27:0] total_magnitude = 28'h0000000;
  reg total_sign = 1'h0;
  wire [8:0] window;
  wire window1;
  wire [15:0] window16;
  wire [1:0] window2;
  wire [3:0] window4;
  wire [7:0] window8;
  assign signal_31 = product_exponent - n22;
  assign n23 = signal_31 ^ { signal_31[10], signal_31[10], signal_31[10], signal_31[10], signal_31[10], signal_31[10], signal_31[10], signal_31[10], signal_31[10], signal_31[10], signal_31[10] };
  assign n24 = n23 + signal_31[10];
  assign n25 = n24[9:0] > 5'h1a;
  assign n26 = n25 ? 10'h01a : n24[9:0];
  assign n27 = | sum_in[30:23];
  assign n28 = product_significand ^ { n27, sum_in[22:0] };
  assign signal_35 = n28 & { signal_31[10], signal_31[10], signal_31[10], signal_31[10], signal_31[10], signal_31[10], signal_31[10], signal_31[10], signal_31[10], signal_31[10], signal_31[10], signal_31[10], signal_31[10], signal_31[10], signal_31[10], signal_31[10], signal_31[10], signal_31[10], signal_31[10], signal_31[10], signal_31[10], signal_31[10], signal_31[10], signal_31[10] };
  assign signal_36 = product_significand ^ signal_35;
  assign n29 = | sum_in[30:23];
  assign small_2 = { n29, sum_in[22:0] } ^ signal_35;
  assign shifted = { small_2, 26'h0000000 } >> n26[4:0];
  assign n30 = ~ signal_31[10];
  assign n31 = ~ signal_31[10];
  assign n32 = ~ signal_31[10];
  assign n33 = ~ signal_31[10];
  assign n34 = ~ signal_31[10];
  assign n35 = ~ signal_31[10];
  assign n36 = ~ signal_31[10];
  assign n37 = ~ signal_31[10];
  assign n38 = ~ signal_31[10];
  assign n39 = ~ signal_31[10];
  assign n40 = ~ signal_31[10];
  assign n41 = signal_31 & { n40, n39, n38, n37, n36, n35, n34, n33, n32, n31, n30 };
  assign n42 = addend_exponent + n41;
  assign terms_subtract = product_sign ^ sum_in[31];
  assign n43 = | shifted[23:0];
  assign n44 = terms_subtract & signal_31[10];
  assign terms_sign = product_sign ^ n44;
  assign n45 = product_exponent[9:8] == 2'h3;
  assign n46 = ~ product_significand[23];
  assign n47 = n45 & n46;
  assign n48 = sum_in[30:23] == 8'hff;
  assign n49 = | sum_in[22:0];
  assign n50 = product_exponent[9:8] == 2'h3;
  assign n51 = n50 & terms_subtract;
  assign n52 = n49 | n51;
  assign n53 = n48 & n52;
  assign terms_is_nan = n47 | n53;
  assign n54 = { 1'h0, shifted[49:24], n43 } ^ { terms_subtract, terms_subtract, terms_subtract, terms_subtract, terms_subtract, terms_subtract, terms_subtract, terms_subtract, terms_subtract, terms_subtract, terms_subtract, terms_subtract, terms_subtract, terms_subtract, terms_subtract, terms_subtract, terms_subtract, terms_subtract, terms_subtract, terms_subtract, terms_subtract, terms_subtract, terms_subtract, terms_subtract, terms_subtract, terms_subtract, terms_subtract, terms_subtract };
  assign n55 = { signal_36, 3'h0 } + n54;
  assign n56 = n55 + terms_subtract;
  assign signal_23 = terms_subtract & n56[27];
  assign n57 = n56[27:0] ^ { signal_23, signal_23, signal_23, signal_23, signal_23, signal_23, signal_23, signal_23, signal_23, signal_23, signal_23, signal_23, signal_23, signal_23, signal_23, signal_23, signal_23, signal_23, signal_23, signal_23, signal_23, signal_23, signal_23, signal_23, signal_23, signal_23, signal_23, signal_23 };
  assign n58 = n57 + signal_23;
  assign not_zero = | n56[27:0];
  assign occupied16 = | total_magnitude[27:16];
  assign n59 = total_magnitude >> { occupied16, 4'h0 };
  assign occupied8 = | n59[15:8];
  assign n60 = n59[15:0] >> { occupied8, 3'h0 };
  assign occupied4 = | n60[7:4];
  assign n61 = n60[7:0] >> { occupied4, 2'h0 };
  assign occupied2 = | n61[3:2];
  assign n62 = n61[3:0] >> { occupied2, 1'h0 };
  assign n63 = n62[1:0] >> occupied1;
  assign n64 = 5'h1b - { occupied16, occupied8, occupied4, occupied2, occupied1 };
  assign n65 = n64[4:0] > total_exponent;
  assign n66 = n65 ? total_exponent : { 4'h0, n64[4:0] };
  assign n67 = total_magnitude << n66[4:0];
  assign n68 = total_exponent - n66[4:0];
  assign n69 = { n68[8:0], 23'h000000 } + n67[27:4];
  assign n70 = | n67[2:0];
  assign n71 = n70 | n67[4];
  assign n72 = n67[3] & n71;
  assign n73 = n69 + n72;
  always @(posedge clk)
    shadow <= n74;
  always @(posedge clk)
    active <= n75;
  always @(posedge clk)
    product_significand <= n12[23:0];
  always @(posedge clk)
    product_exponent <= n18[9:0];
  always @(posedge clk)
    product_sign <= n1;
  always @(posedge clk)
    total_magnitude <= n58[27:0];
  always @(posedge clk)
    total_exponent <= n2;
  always @(posedge clk)
    total_sign <= n7;
  always @(posedge clk)
    total_is_nan <= terms_is_nan;
  always @(posedge clk)
    sum_out <= n10;
  assign n1 = active[21] ^ moving[21];
  assign n2 = n42[8:0] & { not_zero, not_zero, not_zero, not_zero, not_zero, not_zero, not_zero, not_zero, not_zero };
  assign n3 = terms_sign ^ signal_23;
  assign n4 = ~ not_zero;
  assign n5 = terms_subtract & n4;
  assign n6 = ~ n5;
  assign n7 = n3 & n6;
  assign n8 = n73[31:23] >= 8'hff;
  assign n9 = n8 ? 31'h7f800000 : n73[30:0];
  assign n10 = total_is_nan ? 32'd2143289344 : { total_sign, n9 };
  assign raw = active[11:0] * moving[11:0];
  assign n11 = ~ raw[23];
  assign n12 = raw << n11;
  assign n13 = active[20:12] == 9'h1ff;
  assign n14 = moving[20:12] == 9'h1ff;
  assign n15 = n13 | n14;
  assign n16 = active[20:12] + moving[20:12];
  assign n17 = n16 + raw[23];
  assign n18 = n15 ? 11'h370 : n17;
  assign n19 = sum_in[30:23] == 8'hff;
  assign n20 = ! sum_in[30:23];
  assign n21 = sum_in[30:23] | { 7'h00, n20 };
  assign addend_exponent = n19 ? 9'h1ea : { 1'h0, n21 };
  assign n22 = addend_exponent + 9'h181;
  always @* begin
    if (at_start) begin end
    n74 = shadow;
    if (load) begin
      n74 = stationary;
    end else if (clear) begin
      n74 = 22'h000000;
    end
  end
  always @* begin
    if (at_start) begin end
    n75 = active;
    if (swap) begin
      n75 = shadow;
    end
  end
  assign signal_2 = n12[23:0];
  assign exponent = n18[9:0];
  assign magnitude = n58[27:0];
  assign terms_exponent = n42[8:0];
  assign rounded_result = sum_out;
  assign rounded = n73[31:0];
  assign addend_larger = signal_31[10];
  assign signal_33 = n24[9:0];
  assign shift = n26[4:0];
  assign window = n42[8:0];
  assign signal_40 = terms_subtract;
  assign terms_large = signal_36;
  assign terms_small = { shifted[49:24], n43 };
  assign signal_43 = n56[27:0];
  assign window16 = n59[15:0];
  assign window8 = n60[7:0];
  assign window4 = n61[3:0];
  assign window2 = n62[1:0];
  assign window1 = n63[0];
  assign signal_54 = n64[4:0];
  assign shift_55 = n66[4:0];
  assign normal = n67[27:0];
  assign moving_fraction = moving[10:0];
  assign moving_leading = moving[11];
  assign moving_exponent = moving[20:12];
  assign moving_sign = moving[21];
  assign stationary_fraction = stationary[10:0];
  assign stationary_leading = stationary[11];
  assign stationary_exponent = stationary[20:12];
  assign stationary_sign = stationary[21];
  assign shadow_fraction = shadow[10:0];
  assign shadow_leading = shadow[11];
  assign shadow_exponent = shadow[20:12];
  assign shadow_sign = shadow[21];
  assign active_fraction = active[10:0];
  assign active_leading = active[11];
  assign active_exponent = active[20:12];
  assign active_sign = active[21];
  assign occupied1 = n62[1];
endmodule

module tn_to_pe_operand (
  clk,
  rst,
  dtype,
  raw,
  result
);
  reg at_start = 0;
  wire n1;
  wire [17:0] n10;
  wire n11;
  wire n12;
  wire [13:0] n13;
  wire [13:0] n14;
  wire n15;
  wire n16;
  wire [11:0] n17;
  wire [11:0] n18;
  wire n19;
  wire n2;
  wire n20;
  wire n21;
  wire n22;
  wire n23;
  wire n24;
  wire n25;
  wire n26;
  wire n27;
  wire n28;
  wire n29;
  wire n3;
  wire n30;
  wire [9:0] n31;
  wire [9:0] n32;
  wire [11:0] n33;
  wire n4;
  wire [25:0] n5;
  wire [25:0] n6;
  wire n7;
  wire n8;
  wire [17:0] n9;
  input clk;
  wire clk;
  wire [3:0] distance;
  input [3:0] dtype;
  wire [3:0] dtype;
  reg [7:0] exponent;
  reg [10:0] fraction;
  reg [8:0] offset;
  input [31:0] raw;
  wire [31:0] raw;
  output [21:0] result;
  reg [21:0] result;
  wire [8:0] result_exponent;
  wire [10:0] result_fraction;
  wire result_leading;
  wire result_sign;
  input rst;
  wire rst;
  wire [10:0] shifted1;
  wire [10:0] shifted2;
  wire [10:0] shifted4;
  wire [10:0] shifted8;
  reg special;
  assign n1 = & raw[14:7];
  assign n2 = & raw[14:10];
  assign n3 = | fraction[10:3];
  assign n4 = ~ n3;
  assign n6 = n3 ? { 15'h0000, fraction } : n5;
  assign n7 = | n6[10:7];
  assign n8 = ~ n7;
  assign n10 = n7 ? { 7'h00, n6[10:0] } : n9;
  assign n11 = | n10[10:9];
  assign n12 = ~ n11;
  assign n14 = n11 ? { 3'h0, n10[10:0] } : n13;
  assign n16 = ~ n15;
  assign n18 = n15 ? { 1'h0, n14[10:0] } : n17;
  assign n20 = ~ n19;
  assign n21 = | n10[10:9];
  assign n22 = ~ n21;
  assign n23 = | n6[10:7];
  assign n24 = ~ n23;
  assign n25 = | fraction[10:3];
  assign n26 = ~ n25;
  assign n27 = | exponent;
  assign n28 = | fraction;
  assign n29 = | fraction;
  assign n30 = ~ n29;
  assign n31 = exponent + offset;
  assign n32 = offset - { n26, n24, n22, n20 };
  always @* begin
    if (at_start) begin end
    result = 22'h000000;
    casez (dtype)
      4'h3:
          result[21] = raw[15];
      4'h4:
          result[21] = raw[15];
    endcase
    if (special) begin
      result[20:12] = 9'h1ff;
      result[11] = n30;
    end else if (n27) begin
      result[20:12] = n31[8:0];
      result[11] = 1'h1;
      result[10:0] = fraction;
    end else if (n28) begin
      result[20:12] = n32[8:0];
      result[11] = 1'h1;
      result[10:0] = n33[10:0];
    end
  end
  always @* begin
    if (at_start) begin end
    fraction[10:1] = 10'h000;
    casez (dtype)
      4'h3:
          fraction[10:4] = raw[6:0];
      4'h4:
          fraction[10:1] = raw[9:0];
    endcase
  end
  always @* begin
    if (at_start) begin end
    exponent = 8'h00;
    casez (dtype)
      4'h3:
          exponent = raw[14:7];
      4'h4:
          exponent = { 3'h0, raw[14:10] };
    endcase
  end
  always @* begin
    if (at_start) begin end
    special = 1'h0;
    casez (dtype)
      4'h3:
          special = n1;
      4'h4:
          special = n2;
    endcase
  end
  always @* begin
    if (at_start) begin end
    offset = 9'h000;
    casez (dtype)
      4'h3:
          offset = 9'h081;
      4'h4:
          offset = 9'h0f1;
    endcase
  end
  assign shifted8 = n6[10:0];
  assign shifted4 = n10[10:0];
  assign shifted2 = n14[10:0];
  assign shifted1 = n18[10:0];
  assign distance = { n26, n24, n22, n20 };
  assign result_fraction = result[10:0];
  assign result_leading = result[11];
  assign result_exponent = result[20:12];
  assign result_sign = result[21];
  always @* begin
    if (at_start) begin end
    fraction[0] = 1'h0;
  end
  assign n5 = { 7'h00, fraction[10:1], 9'h000 };
  assign n9 = { 3'h0, n6[10:0], 4'h0 };
  assign n13 = { 1'h0, n10[10:0], 2'h0 };
  assign n15 = n14[10];
  assign n17 = { n14[10:0], 1'h0 };
  assign n19 = n14[10];
  assign n33 = { n18[10:0], 1'h0 };
endmodule
