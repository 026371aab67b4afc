import type { Server } from 'node:http'
import { codedError } from '@planet/runtime/errors'
import { SERVER_OPTIONS, sendJson } from '@planet/runtime/http'
import { http } from '@planet/runtime/node-http'
import { METRICS_TYPE, type Metrics } from '../metrics.ts'
import { type Hosts, isForKnownHost } from './hosts.ts'

/** Answers `/metrics`, on a port that is not for the public. */
export const createMetricsServer = (metrics: Pick<Metrics, 'text'>, hosts: Hosts): Server =>
  http.createServer(SERVER_OPTIONS, (request, response) => {
    const refuse = (status: number, message: string, headers = {}) =>
      sendJson(response, status, { errors: [codedError('BAD_USER_INPUT', message)] }, headers)
    if (!isForKnownHost(hosts, request)) return refuse(421, 'This gateway serves other hosts: see PLANET_HOSTS.')
    if (request.url?.split('?', 1)[0] !== '/metrics') return refuse(404, 'Nothing is here but /metrics.')
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(405, 'Use GET.', { allow: 'GET, HEAD' })
    response.writeHead(200, { 'content-type': METRICS_TYPE, 'cache-control': 'no-store' }).end(metrics.text())
  })
