package dev.sluicegate.contract;

/** The product's name wherever it is an identifier: renaming the product is one edit here. */
public final class Product {
    /** Names of tables, functions, headers and folders start with it. */
    public static final String NAME = "sluicegate";

    /** Reverse-DNS prefix of our keys in MCP {@code _meta}. */
    public static final String ID = "dev.sluicegate";

    public static final String VERSION = "0.1.0";

    /** {@code _meta} key of every result and error: the id of the call in the audit trail. */
    public static final String META_CALL_ID = ID + "/callId";

    /** {@code _meta} key of the chain a call belongs to. */
    public static final String META_CHAIN = ID + "/chain";

    /** {@code _meta} key in which a client may state the human's intent: {@code {text, …}}. */
    public static final String META_INTENT = ID + "/intent";

    private Product() {}

    /** Physical name of a table, function, role or bucket: {@code sluicegate-<stage>-<what>}. */
    public static String resource(String stage, String what) {
        return NAME + "-" + stage + "-" + what;
    }
}
