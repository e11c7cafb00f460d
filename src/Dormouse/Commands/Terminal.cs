namespace Dormouse.Commands;

/// <summary>
/// Where a command writes: results go to <see cref="Output"/>, all talk to <see cref="Error"/>. Progress is shown only where a person
/// watches.
/// </summary>
internal sealed record Terminal(TextWriter Output, TextWriter Error, bool IsWatched)
{
    /// <summary>Set by a platform that starts another one in the background and shows its progress.</summary>
    public const string WatchedVariable = "DORMOUSE_WATCHED";

    public static Terminal OfProcess() =>
        new(Console.Out, Console.Error, !Console.IsErrorRedirected || Environment.GetEnvironmentVariable(WatchedVariable) == "1");

    /// <summary>Lines such as "making the PostgreSQL image"; shown at once, one after the other.</summary>
    public IProgress<string> Progress => new Lines(this);

    /// <summary>One failure in the form that all of them have.</summary>
    public void Fail(string code, string message) => Error.WriteLine($"{code}: {message}");

    // Progress<T> would hand each line to the thread pool, where they overtake one another.
    private sealed class Lines(Terminal terminal) : IProgress<string>
    {
        public void Report(string value)
        {
            if (terminal.IsWatched)
            {
                terminal.Error.WriteLine(value);
            }
        }
    }
}
