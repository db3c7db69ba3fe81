import { Timeline } from './timeline'

/** The timeline of every room, made when it is first asked for. */
export class Timelines {
  private readonly byRoom = new Map<number, Timeline>()

  of(roomId: number): Timeline {
    const timeline = this.byRoom.get(roomId) ?? new Timeline()
    this.byRoom.set(roomId, timeline)
    return timeline
  }

  /** A page that is still on its way belongs to the old timeline and is not wanted any more. */
  drop(roomId: number): void {
    this.byRoom.delete(roomId)
  }
}
