import { setFlagsFromString } from 'node:v8'

/**
 * Makes V8 put every new object into young space. It otherwise learns where objects come from that live through a
 * collection, and makes all later ones of these places in old space. In a server that is wrong: what a request needs lives
 * until the request is over, whatever moment a collection happens to meet, and dead objects in old space keep alive all
 * that they point to. To be called once, when a process has loaded what it needs: afterwards V8 refuses code that was compiled
 * before, its own library's included.
 */
export const keepObjectsYoung = (): void => setFlagsFromString('--no-allocation-site-pretenuring')
