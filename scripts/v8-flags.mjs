/**
 * How V8 is set up for `npm start` (decision 0004, "The young heap" and "The start").
 * Only what V8 leaves out of the hash of its flags: with others it takes none of the compiled code it brings along.
 */
export const V8_FLAGS = ['--min-semi-space-size=8', '--max-semi-space-size=64', '--no-parallel-scavenge']
