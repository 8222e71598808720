package dev.sluicegate.audit.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The vectors that implementations of certificate transparency share. */
class Rfc6962Test {
    private static final List<byte[]> ENTRIES =
            List.of(
                    hex(""),
                    hex("00"),
                    hex("10"),
                    hex("2021"),
                    hex("3031"),
                    hex("40414243"),
                    hex("5051525354555657"),
                    hex("606162636465666768696a6b6c6d6e6f"));

    private static final List<String> ROOTS =
            List.of(
                    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");

    private static final String N01 =
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125";
    private static final String L1 =
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7";
    private static final String N23 =
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e";
    private static final String N47 =
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4";
    private static final String L4 =
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b";
    private static final String N67 =
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0";
    private static final String N03 =
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7";
    private static final String N45 =
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a";

    @Test
    void rootsAreThoseOfTheVectors() {
        for (var size = 0; size <= ENTRIES.size(); size++) {
            var leaves = ENTRIES.subList(0, size).stream().map(TreeHash::leaf).toList();

            assertThat(hex(Frontier.EMPTY.with(leaves).root())).isEqualTo(ROOTS.get(size));
            assertThat(hex(Trees.root(ENTRIES.subList(0, size)))).isEqualTo(ROOTS.get(size));
        }
    }

    @Test
    void inclusionProofsAreThoseOfTheVectors() {
        var reader = reader();

        assertThat(hex(reader.inclusion(0, 1))).isEmpty();
        assertThat(hex(reader.inclusion(0, 8))).containsExactly(L1, N23, N47);
        assertThat(hex(reader.inclusion(5, 8))).containsExactly(L4, N67, N03);
        assertThat(hex(reader.inclusion(2, 3))).containsExactly(N01);
    }

    @Test
    void consistencyProofsAreThoseOfTheVectors() {
        var reader = reader();

        assertThat(hex(reader.consistency(1, 1))).isEmpty();
        assertThat(hex(reader.consistency(1, 8))).containsExactly(L1, N23, N47);
        assertThat(hex(reader.consistency(6, 8))).containsExactly(N45, N67, N03);
        assertThat(hex(reader.consistency(2, 5))).containsExactly(N23, L4);
    }

    /** A log that holds nothing but the entries of the vectors, for every size of them. */
    private static LogReader reader() {
        var files = new MemoryLog();
        for (var size = 1; size <= ENTRIES.size(); size++) {
            var tile = new ArrayList<byte[]>();
            ENTRIES.subList(0, size).forEach(entry -> tile.add(TreeHash.leaf(entry)));
            var bytes = new byte[size * TreeHash.BYTES];
            for (var i = 0; i < size; i++) {
                System.arraycopy(tile.get(i), 0, bytes, i * TreeHash.BYTES, TreeHash.BYTES);
            }
            files.create(LogName.folder(2026) + TilePath.tile(0, 0, size), bytes);
        }
        return new LogReader(files, 2026);
    }

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text);
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    private static List<String> hex(List<byte[]> hashes) {
        return hashes.stream().map(Rfc6962Test::hex).toList();
    }
}
