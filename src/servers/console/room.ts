import type { FastifyInstance } from 'fastify';
import type { Role } from '../../service/users.ts';
import type { ConsoleKit } from './kit.ts';
import type { Texts } from './texts.ts';

/** A page in the navigation; `icon` is one of Tabler's. Its label is the text `<room>:nav`. */
export interface NavItem {
  href: string;
  /** Where else pages of it are; those below `href` need not be said. */
  also?: readonly string[];
  icon: string;
  /** Who sees it; default: everybody who is logged in. */
  access?: Role;
  /** Smaller comes first. */
  order: number;
}

/** A part of the console: its pages, with their texts and their place in the navigation. */
export interface Room {
  /** Also the namespace of its texts. */
  name: string;
  texts: Texts;
  nav?: NavItem;
  addRoutes?(app: FastifyInstance, kit: ConsoleKit): void;
}
