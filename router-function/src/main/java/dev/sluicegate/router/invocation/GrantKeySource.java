package dev.sluicegate.router.invocation;

/** Where the keys of call grants are kept. */
interface GrantKeySource {
    /**
     * The version that new grants are made with.
     *
     * @throws InvocationUnavailableException if it cannot be read
     */
    GrantKey current(String secretId);

    /**
     * @param kid id of the version
     * @param bytes 32 of them
     */
    record GrantKey(String kid, byte[] bytes) {
        @Override
        public String toString() {
            return "GrantKey[" + kid + "]";
        }
    }
}
