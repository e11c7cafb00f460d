namespace Dormouse.Query.Tests.Writes;

/// <summary>One of the recorded schemas with its rows, for a class of tests that take back what they change.</summary>
public abstract class RecordedDatabase(string name) : IAsyncLifetime
{
    private ScenarioDatabase? database;

    internal ScenarioDatabase Database => database ?? throw new InvalidOperationException("It is not there yet.");

    public async ValueTask InitializeAsync() => database = await ScenarioDatabase.CreateAsync(name, CancellationToken.None);

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}

/// <summary>Relations of every kind.</summary>
public sealed class ZooDatabase() : RecordedDatabase("zoo");

/// <summary>The same without foreign keys.</summary>
public sealed class EmulatedZooDatabase() : RecordedDatabase("zoo-emulated");
