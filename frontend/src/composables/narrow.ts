/** A phone: one column. Focus stays out of the composer there, or the keyboard would cover the conversation. */
export const isNarrow = () => matchMedia('(max-width: 700px)').matches
