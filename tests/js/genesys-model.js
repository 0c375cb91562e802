/**
 * A Genesys conversation that knows the truth: who sends what, whom the server shows on which track, and what it has told
 * of that so far. The SDK's objects (genesys-fakes.js) hear of it by two channels, each in order, at any time.
 *
 * What a server is expected to do: a picture that goes is gone at once; one that comes is shown once all has been told
 * that was to be told of it. Everything else may differ from server to server and is drawn anew for each call.
 */
import { agent, person, Session, Track } from './genesys-fakes.js';

/** @typedef {import('./dice.js').Dice} Dice */
/**
 * What a track shows: whose, and which of their pictures; or a recording that is played, which is nobody's.
 * @typedef {{ id: string, kind: 'camera' | 'screen' | 'playback' }} Picture
 */
/** @typedef {{ userId: string | null, muted: boolean, sharing: '' | 'instead' | 'beside' }} Somebody */

/** A second device of the agent. */
export const PHONE = 'agent-phone';

const CONTENT_TYPES = { camera: 'camera', screen: 'screenshare', playback: 'playback' };

/** The channels. */
const [PEOPLE, STREAMS] = [0, 1];

export class Call {
  /** What each track shows: nothing where it is not in here. @type {Map<Track, Picture>} */
  pictures = new Map();
  /** What the server has decided to show. @type {Map<Track, Picture>} */
  layout = new Map();
  /** @type {Map<string, Somebody>} */
  people = new Map();
  /** Not told yet, oldest first: of the conversation, and over the data channel. @type {(() => void)[][]} */
  untold = [[], []];

  isPlaying = false;

  /** @param {Dice} dice @param {string} conversationId */
  constructor(dice, conversationId, id = conversationId) {
    this.dice = dice;
    this.session = new Session(conversationId, `session ${id}`);
    this.tracks = Array.from({ length: dice.pick([1, 1, 2, 3]) }, (_, i) => new Track(`${id}-${i}`));
    for (const track of this.tracks) this.session.pc.receive(track, { msid: `server-${track.id}` });
    /** Whether the server tells whose each stream is (by id or by user), leaves that out, or tells nothing of streams. */
    this.names = dice.pick(['id', 'id', 'user', 'both', 'nobody', 'silent']);
    this.tellsContent = this.names !== 'silent' && dice.pick([true, true, false]);
    /** Whether streams are told again when somebody begins or ends to share in their camera's place. */
    this.tellsSharing = dice.pick([true, false]);
    this.knowsAgent = dice.pick([true, true, false]);
    this.comeAndGo();
  }

  /** Something happens. */
  step() {
    const { dice } = this;
    dice.pick([
      () => this.comeAndGo(),
      () => this.comeAndGo(),
      () => this.mute(),
      () => this.mute(),
      () => this.share(),
      () => this.share(),
      () => this.change(), // The server shows others.
      () => this.play(),
      () => this.tellPeople(),
      () => this.tellStreams(),
      () => this.move(),
      ...Array(10).fill(() => this.deliver()),
    ])();
  }

  comeAndGo() {
    const { dice, people } = this;
    const id = `${dice.pick(['p', 'q', 'r'])} of ${this.session.conversationId}`;
    const again = `${id} again`;
    const there = [id, again].find((each) => people.has(each));
    if (there) people.delete(there);
    else {
      const userId = dice.pick([null, null, `user ${id}`, 'shared user']);
      people.set(dice.pick([id, id, again]), { userId, muted: dice.pick([true, false, false]), sharing: '' });
    }
    if (dice.between(0, 4) === 0 && this.knowsAgent) {
      if (!people.delete(PHONE)) people.set(PHONE, { userId: agent.userId, muted: false, sharing: '' });
    }
    this.change();
  }

  mute() {
    for (const somebody of this.some()) somebody.muted = !somebody.muted;
    this.change();
  }

  /** Beside the camera only where the streams tell the two apart, or there is room that may be either. */
  share() {
    for (const somebody of this.some()) {
      const canBeside = this.tracks.length > 1 && (this.tellsContent || this.names === 'silent');
      const began = somebody.sharing === '';
      const way = began ? this.dice.pick(['instead', canBeside ? 'beside' : 'instead']) : somebody.sharing;
      somebody.sharing = /** @type {Somebody['sharing']} */ (began ? way : '');
      const isTold = way === 'beside' || this.tellsSharing || !this.tellsContent;
      if (!began && way === 'beside') this.deliverAll(PEOPLE);
      this.change(isTold ? 'all' : 'presence');
      // A screen beside the camera is told of by its stream first: by presence alone it has taken the camera's place.
      if (!isTold || way === 'beside') this.deliverAll(STREAMS);
    }
  }

  /** A recording begins or ends. */
  play() {
    this.isPlaying = this.tellsContent && !this.isPlaying;
    this.change();
  }

  /** The session goes to another conversation, with other people. */
  move() {
    if (this.dice.between(0, 19) > 0) return;
    this.deliverAll(PEOPLE);
    this.deliverAll(STREAMS);
    this.session.conversationId += "'";
    this.people.clear();
    this.pictures.clear();
    this.layout.clear();
    this.comeAndGo();
  }

  /** One customer, if there is any. @returns {Somebody[]} */
  some() {
    const all = Array.from(this.people).filter(([id]) => id !== PHONE);
    return all.length > 0 ? [this.dice.pick(all)[1]] : [];
  }

  /**
   * After a change of who sends what: the server lays out anew, and tells.
   * @param {'all' | 'presence'} told
   */
  change(told = 'all') {
    const sent = this.sent();
    const isSent = (/** @type {Picture} */ picture) => sent.some((each) => isSamePicture(each, picture));
    for (const [track, picture] of this.pictures) if (!isSent(picture)) this.pictures.delete(track);
    const before = this.layout;
    this.layout = this.layOut(sent, before, told === 'presence');
    for (const [track, picture] of this.pictures) {
      const next = this.layout.get(track);
      if (!next || !isSamePicture(next, picture)) this.pictures.delete(track);
    }
    this.tellPeople();
    if (told === 'all') this.tellStreams();
    // Shown once everything before has been told on both channels.
    const { layout } = this;
    let missing = 2;
    const reveal = () => {
      missing -= 1;
      if (missing === 0 && this.layout === layout)
        for (const [track, picture] of layout) this.pictures.set(track, picture);
    };
    for (const channel of this.untold) channel.push(reveal);
  }

  /** Every picture that somebody sends. @returns {Picture[]} */
  sent() {
    const showsAgent = ['id', 'user', 'both'].includes(this.names);
    /** @type {Picture[]} */
    const played = this.isPlaying ? [{ id: '', kind: 'playback' }] : [];
    const shown = Array.from(this.people).flatMap(([id, { muted, sharing }]) => {
      if (id === PHONE && !showsAgent) return [];
      /** @type {Picture[]} */
      const pictures = sharing ? [{ id, kind: 'screen' }] : [];
      return muted || sharing === 'instead' ? pictures : pictures.concat({ id, kind: 'camera' });
    });
    return shown.concat(played);
  }

  /**
   * @param {Picture[]} sent @param {Map<Track, Picture>} before
   * @param {boolean} keeps Whether each stays on their track, where only what they send has changed.
   */
  layOut(sent, before, keeps) {
    const { dice } = this;
    /** @type {Map<Track, Picture>} */
    const layout = new Map();
    const rest = sent.slice();
    if (keeps) {
      for (const [track, { id }] of before) {
        const now = rest.find((picture) => picture.id === id);
        if (now) layout.set(track, now);
      }
      return layout;
    }
    for (const track of this.tracks) {
      const known = before.get(track);
      const stays = known && rest.find((picture) => isSamePicture(picture, known));
      const next =
        stays && dice.between(0, 3) > 0
          ? stays
          : rest.length > 0 && dice.between(0, 9) > 0
            ? dice.pick(rest)
            : undefined;
      if (!next) continue;
      layout.set(track, next);
      rest.splice(rest.indexOf(next), 1);
    }
    return layout;
  }

  tellPeople() {
    const { conversationId } = this.session;
    const all = Array.from(this.people, ([participantId, { userId, muted, sharing }]) =>
      person(participantId, { userId, videoMuted: muted, sharingScreen: Boolean(sharing) }),
    );
    this.untold[PEOPLE].push(() => {
      if (this.session.conversationId === conversationId) this.session.participants(agent, ...all);
    });
  }

  tellStreams() {
    if (this.names === 'silent') return;
    const streams = Array.from(this.layout, ([track, { id, kind }]) => {
      const userId = this.people.get(id)?.userId;
      const appId =
        id &&
        {
          id: { sourceParticipantId: id },
          both: { sourceParticipantId: id, sourceUserId: userId ?? undefined },
          user: userId ? { sourceUserId: userId } : { sourceParticipantId: id },
        }[this.names];
      return {
        sinkTrackId: `server-${track.id}`,
        ...(appId ? { [this.dice.pick(['appId', 'appid'])]: appId } : {}),
        ...(this.tellsContent ? { contentType: CONTENT_TYPES[kind] } : {}),
      };
    });
    this.untold[STREAMS].push(() => this.session.memberStatus(...streams));
  }

  /** Tells all that is true now. */
  settle() {
    this.change();
    this.deliverAll(PEOPLE);
    this.deliverAll(STREAMS);
  }

  deliver() {
    const channel = this.dice.pick(this.untold);
    const next = channel.shift();
    if (next) next();
  }

  /** @param {number} channel */
  deliverAll(channel) {
    for (const next of this.untold[channel].splice(0)) next();
  }
}

/** @param {Picture} a @param {Picture} b */
function isSamePicture(a, b) {
  return a.id === b.id && a.kind === b.kind;
}
