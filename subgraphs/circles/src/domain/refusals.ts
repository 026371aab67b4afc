import type { InputFault } from '@planet/runtime/refusals'

export const noSuchCircle: InputFault = { field: 'circleId', message: 'No such circle.' }

export const noSuchRequest: InputFault = { field: 'userId', message: 'This user has no open request.' }
