export const badgeCount = (count: number) => count > 99 ? '99+' : String(count)
