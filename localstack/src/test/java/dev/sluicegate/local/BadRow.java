package dev.sluicegate.local;

/**
 * @param code of the JSON-RPC error, or of the refused or failed call, or empty where there is neither
 * @param message the whole of it
 */
record BadRow(String name, RawCall call, int status, String code, String message, Leaves leaves) {
    @Override
    public String toString() {
        return name;
    }
}
