// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

// keccak256 of alpha1, beta2 and gamma2 of every development key of this repository, whose secrets are public.
// A test compares it with the keys that the build makes.
bytes32 constant DEVELOPMENT_SETUP_HASH = 0x579100a83bd2369230fb51da80e4e75ef2e84039e3559d8a72ba8abdba723113;
