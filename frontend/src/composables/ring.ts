const NOTES = [[880, 0], [1320, 0.09]] as const
const LENGTH_S = 0.16
const LOUDNESS = 0.06
/** A burst of messages rings once. */
const PAUSE_MS = 1_500

let audio: AudioContext | undefined
let rungAt = -Infinity

/** Two short notes, made on the spot. Browsers keep a page silent that nobody has touched yet. */
export function ring(): void {
  if (performance.now() - rungAt < PAUSE_MS || !('AudioContext' in window))
    return
  rungAt = performance.now()
  audio ??= new AudioContext()
  if (audio.state === 'suspended')
    return void audio.resume().catch(() => {})
  for (const [pitch, after] of NOTES)
    play(audio, pitch, audio.currentTime + after)
}

function play(context: AudioContext, pitch: number, at: number): void {
  const tone = context.createOscillator()
  const volume = context.createGain()
  tone.frequency.value = pitch
  volume.gain.setValueAtTime(LOUDNESS, at)
  volume.gain.exponentialRampToValueAtTime(0.0001, at + LENGTH_S)
  tone.connect(volume).connect(context.destination)
  tone.start(at)
  tone.stop(at + LENGTH_S)
}
