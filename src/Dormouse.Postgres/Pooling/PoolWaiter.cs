namespace Dormouse.Postgres.Pooling;

/// <summary>
/// A caller in the queue. Its turn brings either a connection, or null: the right to open one. Continuations run elsewhere, never
/// under the pool's lock.
/// </summary>
internal sealed class PoolWaiter() : TaskCompletionSource<PoolSlot?>(TaskCreationOptions.RunContinuationsAsynchronously);
