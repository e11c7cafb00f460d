using Dormouse.Contracts;
using Dormouse.Edge.Caching;
using Dormouse.Edge.Caching.Disk;

namespace Dormouse.Edge.Tests.Caching.Disk;

/// <summary>What comes back after a restart, how old it is then, and what must not.</summary>
public sealed class RestartTests
{
    private static readonly CacheKey One = TestCache.Key("one");
    private static readonly CacheKey Two = TestCache.Key("two");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_answer_comes_back_with_its_bytes_its_headers_and_its_true_age(bool killed)
    {
        using var tier = new TestTier();
        tier.Fill(One, "kept");
        CachedAnswer before = tier.Answers.Find(TestCache.Tenant, One, TestCache.Seconds(60)).Answer!;
        tier.Clock.Advance(20);
        tier.WriteAll();
        tier.Clock.Advance(10);

        Restart(tier, killed);
        tier.Clock.Advance(5);

        CacheFind found = await tier.FindAsync(One, TestCache.Seconds(60));
        Assert.Equal((Freshness.Fresh, TimeSpan.FromSeconds(35)), (found.Freshness, found.Age));
        Assert.Equal("kept", TestCache.TextOf(found));
        Assert.Equal(
            (before.Signature, before.LastModified, before.OriginTime),
            (found.Answer!.Signature, found.Answer.LastModified, found.Answer.OriginTime)
        );
        Assert.Equal(Freshness.Stale, (await tier.FindAsync(One, TestCache.Seconds(30, 30))).Freshness);
        Assert.Null(await tier.AskAsync(One, TestCache.Seconds(30)));
    }

    [Fact]
    public async Task What_a_stop_finds_in_memory_is_there_after_it_and_what_a_kill_finds_there_is_lost()
    {
        using var tier = new TestTier();
        tier.Fill(One, "first");
        tier.Stop();
        Assert.Equal("first", await tier.AskAsync(One));
        tier.Fill(Two, "second");

        tier.Kill();

        Assert.Equal("first", await tier.AskAsync(One));
        Assert.Null(await tier.AskAsync(Two));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_was_invalidated_stays_so(bool killed)
    {
        using var tier = new TestTier();
        tier.Fill(One, "old", tags: "a");
        tier.Fill(Two, "other", tags: "b");
        tier.WriteAll();

        tier.Answers.Invalidate(TestCache.Tenant, ["x", "a"]);
        Restart(tier, killed);

        Assert.Null(await tier.AskAsync(One, tags: "a"));
        Assert.Equal("other", await tier.AskAsync(Two, tags: "b"));
        tier.Fill(One, "new", tags: "a");
        tier.WriteAll();
        Restart(tier, killed);
        Assert.Equal("new", await tier.AskAsync(One, tags: "a"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Whatever_is_invalidated_altogether_leaves_no_file(bool killed)
    {
        DatabaseId neighbour = DatabaseId.New();
        using var tier = new TestTier();
        tier.Fill(One, "old");
        tier.Fill(One, "a neighbour's", tenant: neighbour);
        tier.WriteAll();

        tier.Answers.InvalidateAll(TestCache.Tenant);

        Assert.False(Directory.Exists(Path.Combine(tier.Folder, TestCache.Tenant.ToString())));
        Restart(tier, killed);
        Assert.Null(await tier.AskAsync(One));
        Assert.Equal("a neighbour's", await tier.AskAsync(One, tenant: neighbour));
    }

    [Fact]
    public async Task What_waits_to_be_written_when_it_is_invalidated_is_never_written()
    {
        using var tier = new TestTier();
        tier.Fill(One, "old", tags: "a");
        tier.Answers.OfferAll(again: true, () => true);

        tier.Answers.Invalidate(TestCache.Tenant, ["a"]);
        tier.WriteAll();

        Assert.Equal(0, tier.Disk.Size.Entries);
        tier.Kill();
        Assert.Null(await tier.AskAsync(One, tags: "a"));
    }

    [Fact]
    public async Task What_is_being_read_when_it_is_invalidated_is_not_kept()
    {
        using var tier = new TestTier();
        tier.Fill(One, "old", tags: "a");
        tier.Stop();
        var look = new CacheLook(TestCache.Tenant, One, TestCache.Seconds(60), ["a"], default);
        Recall recall = tier.Answers.TryRecall(look, out bool leads)!;
        Assert.True(leads);
        CachedAnswer read = tier.Disk.Read(TestCache.Tenant, One, recall.Entry)!;

        tier.Answers.Invalidate(TestCache.Tenant, ["a"]);
        tier.Answers.Land(recall, read, look.Strategy, tier.Memory.Counters);

        Assert.Null(await tier.AskAsync(One, tags: "a"));
    }

    [Fact]
    public async Task After_the_machine_has_failed_nothing_is_taken_that_was_not_closed()
    {
        using var tier = new TestTier();
        tier.Fill(One, "kept");
        tier.WriteAll();
        Reboot(tier);
        tier.Kill();

        Assert.Null(await tier.AskAsync(One));
        Assert.Equal(0, tier.Disk.Size.Bytes);
    }

    [Fact]
    public async Task What_was_closed_outlasts_the_machine()
    {
        using var tier = new TestTier();
        tier.Fill(One, "kept");
        tier.Clock.Advance(10);
        tier.WriteAll();
        tier.Disk.Close();
        Reboot(tier);
        tier.Clock.SetWall(100);
        tier.Kill();

        Assert.Equal(TimeSpan.FromSeconds(110), (await tier.FindAsync(One)).Age);
    }

    [Fact]
    public async Task Nothing_is_taken_after_a_reboot_whose_clock_is_behind()
    {
        using var tier = new TestTier();
        tier.Fill(One, "early");
        tier.Clock.Advance(50);
        tier.Fill(Two, "late");
        tier.WriteAll();
        tier.Disk.Close();
        Reboot(tier);
        tier.Clock.SetWall(-20);
        tier.Kill();

        Assert.Null(await tier.AskAsync(One));
        Assert.Null(await tier.AskAsync(Two));
    }

    [Theory]
    [InlineData(-1_000, 10)]
    [InlineData(1_000, 1_010)]
    public async Task A_clock_that_jumps_makes_no_answer_younger(double jump, double age)
    {
        using var tier = new TestTier();
        tier.Fill(One, "kept");
        tier.WriteAll();
        tier.Clock.Advance(10);
        tier.Clock.SetWall(jump);
        tier.Kill();

        Assert.Equal(TimeSpan.FromSeconds(age), (await tier.FindAsync(One)).Age);
    }

    [Fact]
    public async Task What_belongs_to_somebody_else_is_not_taken()
    {
        using var tier = new TestTier();
        tier.Fill(One, "kept");
        tier.Stop();
        tier.Disk.Dispose();
        using var other = new DiskCache(
            new DiskCacheOptions
            {
                Folder = tier.Folder,
                Owner = "edge of another token",
                BootId = () => tier.Boot,
            },
            tier.Clock,
            Microsoft.Extensions.Logging.Abstractions.NullLogger<DiskCache>.Instance
        );
        other.Open(tier.Secrets);
        Assert.Equal(0, other.Size.Entries);
        other.Dispose();
        tier.Start();
        Assert.Null(await tier.AskAsync(One));

        tier.Fill(One, "again");
        tier.WriteAll();
        tier.Secrets = TestTier.NewSecrets();
        tier.Kill();
        Assert.Null(await tier.AskAsync(One));
    }

    [Fact]
    public async Task A_copy_that_is_put_back_later_is_not_taken()
    {
        using var tier = new TestTier();
        tier.Fill(One, "old", tags: "a");
        tier.WriteAll();
        string copy = tier.Folder + ".copy";
        Copy(tier.Folder, copy);
        tier.Answers.Invalidate(TestCache.Tenant, ["a"]);

        tier.Disk.Dispose();
        tier.Folder = copy;
        tier.Start();

        Assert.Null(await tier.AskAsync(One, tags: "a"));
    }

    [Fact]
    public void The_revision_of_the_log_goes_with_the_answers()
    {
        using var tier = new TestTier();
        Assert.Null(tier.Disk.Revision);
        tier.Disk.Note(41, "a mark");
        tier.Disk.Note(42, "the next");
        tier.Kill();
        Assert.Equal(new DiskRevision(42, "the next"), tier.Disk.Revision);

        Reboot(tier);
        tier.Kill();
        Assert.Null(tier.Disk.Revision);
    }

    private static void Restart(TestTier tier, bool killed) => (killed ? (Action)tier.Kill : tier.Stop)();

    private static void Reboot(TestTier tier)
    {
        tier.Boot = "boot 2";
        tier.Clock.Reboot();
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string file in Directory.EnumerateFiles(from))
        {
            File.WriteAllBytes(Path.Combine(to, Path.GetFileName(file)), ReadShared(file));
        }
        foreach (string folder in Directory.EnumerateDirectories(from))
        {
            Copy(folder, Path.Combine(to, Path.GetFileName(folder)));
        }
    }

    private static byte[] ReadShared(string file) => Path.GetFileName(file) == "lock" ? [] : File.ReadAllBytes(file);
}
