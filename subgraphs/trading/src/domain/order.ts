export type OrderSide = 'BUY' | 'SELL'
export type OrderKind = 'MARKET' | 'LIMIT'
export type OrderStatus = 'OPEN' | 'FILLED' | 'CANCELLED' | 'EXPIRED'
