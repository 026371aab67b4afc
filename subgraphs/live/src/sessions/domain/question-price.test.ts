import { decimal } from '@planet/runtime/decimal'
import { describe, expect, it } from 'vitest'
import { findAgreementFaults, findPriceFaults } from './question-price.ts'

const price = (amount: string, currency = 'USDC') => ({ amount: decimal(amount), currency })
const fieldsOf = (faults: readonly { readonly field: string }[]) => faults.map((fault) => fault.field)

describe('the price of a question', () => {
  it('is any amount above 0, to the last digit, in an asset', () => {
    for (const good of [price('0.000000000000000001'), price('99999999999999999999'), price('5', 'A'), price('5', '1INCH')]) {
      expect(findPriceFaults('price', good)).toEqual([])
    }
  })

  it('is refused with every fault', () => {
    expect(fieldsOf(findPriceFaults('price', price('0', 'usdc')))).toEqual(['price.amount', 'price.currency'])
    expect(fieldsOf(findPriceFaults('price', price('-1')))).toEqual(['price.amount'])
    expect(fieldsOf(findPriceFaults('price', { amount: { units: 10n ** 38n }, currency: 'USDC' }))).toEqual(['price.amount'])
    for (const currency of ['', ' USDC', 'U'.repeat(21), 'US$']) {
      expect(fieldsOf(findPriceFaults('price', price('5', currency)))).toEqual(['price.currency'])
    }
  })
})

describe('an agreement on a price', () => {
  it('is about the same amount of the same asset, however it is written', () => {
    expect(findAgreementFaults('price', price('5'), price('5.00'))).toEqual([])
    expect(findAgreementFaults('price', null, null)).toEqual([])
  })

  it('is none if either side names another price, or only one names any', () => {
    const others = [price('5.000000000000000001'), price('4'), price('5', 'USDT'), null]
    for (const agreed of others) expect(fieldsOf(findAgreementFaults('price', price('5'), agreed))).toEqual(['price'])
    expect(fieldsOf(findAgreementFaults('price', null, price('5')))).toEqual(['price'])
  })
})
