/**
 * node:http without what its import would load: a static import reads every export of a built-in module, and three of this
 * one's are WebSocket's classes, behind which stands a complete HTTP client (30 ms of CPU at each start).
 */
export const http = process.getBuiltinModule('node:http')
