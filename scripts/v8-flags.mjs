/**
 * How V8 is set up for `npm start` (decision 0004, "The young heap").
 */
export const V8_FLAGS = ['--max-semi-space-size=64', '--no-parallel-scavenge']
