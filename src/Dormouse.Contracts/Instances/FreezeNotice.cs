namespace Dormouse.Contracts;

/// <summary>
/// Tells whoever holds something open at an instance that no lease stands for, such as an idle server connection, that the instance is about
/// to freeze. One listener at most: the edge's pool. Thread-safe.
/// </summary>
public sealed class FreezeNotice
{
    private Func<Task>? listener;

    /// <param name="prepare">
    /// Lets go of what is not worth its memory while nobody uses the instance. Awaited before the freeze, which nobody's failure stops; it has
    /// bounds of its own.
    /// </param>
    public void Listen(Func<Task> prepare) => Volatile.Write(ref listener, prepare);

    public void Forget() => Volatile.Write(ref listener, null);

    /// <summary>Called by the lifecycle while nobody holds a lease and nobody can take one.</summary>
    public Task TellAsync() => Volatile.Read(ref listener)?.Invoke() ?? Task.CompletedTask;
}
