import { findFault, measureOnce, openGround } from '../compare.ts'
import { GATEWAYS, startGateway } from '../gateways/gateways.ts'
import { MAIN_QUESTIONS, SIDE_QUESTIONS } from '../graph/questions.ts'
import { tryFanout } from './fanout.ts'

/** Whether the bench works: what needs no install answers every question right, for a moment. Writes nothing. */
export async function smoke(): Promise<void> {
  await using ground = await openGround()
  for (const kind of GATEWAYS.filter(({ peer }) => peer === null)) {
    const questions = [...MAIN_QUESTIONS, ...SIDE_QUESTIONS].filter(({ query }) => kind.answers?.(query(0)) !== false)
    await using gateway = await startGateway(kind, ground.site)
    for (const question of questions) {
      const fault = await findFault(ground, gateway, question)
      if (fault) throw new Error(`${kind.name}: ${question.name}: ${fault}`)
      const { fetches } = await measureOnce(ground, gateway, question, 0.2)
      console.log(`${kind.name}: ${question.name}: ${fetches.toFixed(0)} fetches`)
    }
  }
  await tryFanout()
}
