namespace Dormouse.Bench.Neighbours;

/// <summary>
/// The clients of the databases are in this process, where in life they are on machines of their own: what they wait for a processor is no tenant's
/// doing. So their session goes first while this is not disposed.
/// </summary>
internal sealed class ClientsFirst : IDisposable
{
    private const string SessionNice = "/proc/self/autogroup";

    private ClientsFirst() { }

    public static ClientsFirst Begin(Action<string> progress)
    {
        if (!TrySet("-20"))
        {
            progress("the clients wait for processors like all others, and that counts as harm: only root may put them first");
        }
        return new ClientsFirst();
    }

    public void Dispose() => TrySet("0");

    private static bool TrySet(string nice)
    {
        try
        {
            File.WriteAllText(SessionNice, nice);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
