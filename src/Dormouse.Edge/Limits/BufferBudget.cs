namespace Dormouse.Edge.Limits;

/// <summary>
/// The bytes that all requests together hold in large buffers. Thread-safe. Small buffers are not counted: each request has them, and
/// the number of requests has a bound of its own.
/// </summary>
internal sealed class BufferBudget(long maxBytes)
{
    private long used;

    public long UsedBytes => Interlocked.Read(ref used);

    public bool TryTake(long bytes)
    {
        if (Interlocked.Add(ref used, bytes) <= maxBytes)
        {
            return true;
        }
        Interlocked.Add(ref used, -bytes);
        return false;
    }

    public void Return(long bytes) => Interlocked.Add(ref used, -bytes);
}
