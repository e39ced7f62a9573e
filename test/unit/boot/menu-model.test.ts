import { describe, expect, test } from 'vitest';
import { findMenu } from '../../../src/boot/menu-model.ts';

const script = `#!ipxe
set menu-timeout 3000
:menu
menu pc-01  52:54:00:00:00:01
item --gap -- Tools
iseq \${platform} efi && item tool-winpe Windows PE  (missing: boot.wim) ||
item tool-iso An ISO
item --key x exit Leave to the firmware (x)
choose --default tool-iso --timeout \${menu-timeout} selected || goto shell
`;

describe('a menu read out of its script', () => {
  test('has headings, keys, and what only some PCs see', () => {
    expect(findMenu(script)).toEqual({
      title: 'pc-01  52:54:00:00:00:01',
      defaultItem: 'tool-iso',
      isShown: true,
      timeoutMs: 3_000,
      items: [
        { kind: 'heading', label: '', text: 'Tools', key: null, only: null },
        {
          kind: 'item',
          label: 'tool-winpe',
          text: 'Windows PE  (missing: boot.wim)',
          key: null,
          only: 'efi',
        },
        { kind: 'item', label: 'tool-iso', text: 'An ISO', key: null, only: null },
        { kind: 'item', label: 'exit', text: 'Leave to the firmware (x)', key: 'x', only: null },
      ],
    });
  });

  test('that is jumped over is not shown', () => {
    expect(findMenu(script.replace(':menu\n', 'goto tool-iso\n:menu\n'))?.isShown).toBe(false);
  });

  test('is none in a script without one', () => {
    expect(findMenu('#!ipxe\nsanboot --drive 0x80\n')).toBeUndefined();
  });
});
