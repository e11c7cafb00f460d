using Dormouse.Contracts;
using Dormouse.Control;
using Dormouse.Control.Databases;

namespace Dormouse.Roles;

/// <summary>The sample database that the first run makes: the tables and rows that <c>samples/blog</c> reads.</summary>
internal sealed class SampleBlog(ControlOptions options, DatabaseRegistry databases, SampleMarks marks)
{
    public const string Name = "blog";

    /// <summary>Makes it at the first run. Later it is found again unless a person deleted it.</summary>
    /// <returns>Whether this was the first run, and the sample, if there is one.</returns>
    public async Task<(bool FirstRun, SampleReport? Sample)> EnsureAsync(bool wanted, CancellationToken cancellationToken)
    {
        bool firstRun = await marks.FindAsync(cancellationToken) is null;
        SampleReport? present = await FindAsync(cancellationToken);
        if (!firstRun)
        {
            return (false, present);
        }
        if (!wanted || present is not null)
        {
            // A first run that died after making the sample left one whose key nobody saw: it stays, and a new key is one command away.
            await marks.SetAsync(null, cancellationToken);
            return (true, present);
        }
        CreatedDatabase created = await databases.CreateAsync(Name, null, Script("schema.sql") + Script("seed.sql"), cancellationToken);
        await marks.SetAsync(created.Database.Id, cancellationToken);
        return (true, new SampleReport(created.Database.Id.ToString(), Name, options.UrlsFor(created.First.ApiKey)));
    }

    private async Task<SampleReport?> FindAsync(CancellationToken cancellationToken) =>
        (await databases.ListAsync(cancellationToken))
            .Where(database => string.Equals(database.Name, Name, StringComparison.OrdinalIgnoreCase))
            .Select(database => new SampleReport(database.Id.ToString(), database.Name, null))
            .FirstOrDefault();

    private static string Script(string file)
    {
        using Stream stream =
            typeof(SampleBlog).Assembly.GetManifestResourceStream("samples/blog/" + file)
            ?? throw new DormouseException(FailureKind.Internal, "DM1098", $"The sample's {file} is not in this build. Build it anew.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
