package dev.sluicegate.router.identity;

import java.net.InetAddress;
import java.util.List;

/**
 * Which addresses are on the public Internet. What a stranger names may be fetched from there and from
 * nowhere else: not from this machine, its network, or what hands out credentials at a link-local address.
 *
 * @see <a href="https://www.iana.org/assignments/iana-ipv4-special-registry">IANA, special-purpose addresses</a>
 */
final class PublicAddress {
    private record Block(int[] prefix, int bits) {
        boolean holds(byte[] address) {
            for (var bit = 0; bit < bits; bit++) {
                var mask = 0x80 >> (bit % 8);
                if (((address[bit / 8] ^ prefix[bit / 8]) & mask) != 0) {
                    return false;
                }
            }
            return true;
        }
    }

    /** Not global: this host, private, carriers, loopback, link-local, protocols, documentation, tests, multicast, reserved. */
    private static final List<Block> V4 =
            List.of(
                    new Block(new int[] {0}, 8),
                    new Block(new int[] {10}, 8),
                    new Block(new int[] {100, 64}, 10),
                    new Block(new int[] {127}, 8),
                    new Block(new int[] {169, 254}, 16),
                    new Block(new int[] {172, 16}, 12),
                    new Block(new int[] {192, 0, 0}, 24),
                    new Block(new int[] {192, 0, 2}, 24),
                    new Block(new int[] {192, 88, 99}, 24),
                    new Block(new int[] {192, 168}, 16),
                    new Block(new int[] {198, 18}, 15),
                    new Block(new int[] {198, 51, 100}, 24),
                    new Block(new int[] {203, 0, 113}, 24),
                    new Block(new int[] {224}, 3));

    /** Global unicast is one block; of it, what stands for an IPv4 address or for nobody is left out. */
    private static final Block V6 = new Block(new int[] {0x20}, 3);

    private static final List<Block> NOT_V6 =
            List.of(
                    new Block(new int[] {0x20, 0x01, 0x00}, 23), // protocols, Teredo among them
                    new Block(new int[] {0x20, 0x01, 0x0d, 0xb8}, 32),
                    new Block(new int[] {0x20, 0x02}, 16), // 6to4
                    new Block(new int[] {0x3f, 0xff, 0x00}, 20));

    private PublicAddress() {}

    static boolean is(InetAddress address) {
        var bytes = address.getAddress();
        return bytes.length == 4
                ? V4.stream().noneMatch(block -> block.holds(bytes))
                : V6.holds(bytes) && NOT_V6.stream().noneMatch(block -> block.holds(bytes));
    }
}
