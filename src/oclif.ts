/**
 * The command-line framework, by one door. In a build this file is replaced by scripts/framework.js, which loads all of it
 * from one file: its two hundred would be half of the start of every command.
 */
export { Args, Command, CommandHelp, Config, execute, Flags, Help, type Interfaces } from '@oclif/core';
