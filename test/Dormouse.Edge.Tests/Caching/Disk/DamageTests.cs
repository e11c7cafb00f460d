using System.Text;
using Dormouse.Contracts;
using Dormouse.Edge.Caching;

namespace Dormouse.Edge.Tests.Caching.Disk;

/// <summary>Files that are not as they were written, and disks that take nothing more: a miss, never a wrong answer, never a failure.</summary>
public sealed class DamageTests
{
    private static readonly CacheKey One = TestCache.Key("one");
    private static readonly CacheKey Two = TestCache.Key("two");

    [Fact]
    public async Task A_record_that_was_half_written_when_the_process_was_killed_takes_its_database_with_it_and_no_other()
    {
        DatabaseId neighbour = DatabaseId.New();
        using var tier = new TestTier();
        tier.Fill(One, "a neighbour's", tenant: neighbour);
        tier.Fill(One, "whole");
        tier.WriteAll();
        tier.Fill(Two, "half");
        tier.WriteAll();
        tier.Disk.Dispose();
        using (FileStream file = File.OpenWrite(tier.Segments()[0]))
        {
            file.SetLength(file.Length - 1);
        }
        tier.Start();

        Assert.Null(await tier.AskAsync(One));
        Assert.Null(await tier.AskAsync(Two));
        Assert.Equal("a neighbour's", await tier.AskAsync(One, tenant: neighbour));
        tier.Fill(One, "new");
        tier.Stop();
        Assert.Equal("new", await tier.AskAsync(One));
    }

    [Fact]
    public async Task A_file_that_comes_back_after_it_was_deleted_or_is_missing_after_it_was_closed_is_not_believed()
    {
        using var tier = new TestTier();
        tier.Fill(One, "old", tags: "a");
        tier.WriteAll();
        string path = tier.Segments()[0];
        byte[] deleted = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        tier.Answers.InvalidateAll(TestCache.Tenant);
        tier.Fill(Two, "new", tags: "b");
        tier.WriteAll();
        tier.Disk.Close();
        tier.Disk.Dispose();
        // As a file system does that has not written the deletion down when the power fails.
        await File.WriteAllBytesAsync(path, deleted, TestContext.Current.CancellationToken);
        tier.Start();
        Assert.Null(await tier.AskAsync(One, tags: "a"));
        Assert.Equal("new", await tier.AskAsync(Two, tags: "b"));

        // The record of this is in a file of its own, which is lost.
        tier.Answers.Invalidate(TestCache.Tenant, ["b"]);
        tier.Disk.Close();
        tier.Disk.Dispose();
        File.Delete(tier.Segments()[^1]);
        tier.Start();
        Assert.Null(await tier.AskAsync(Two, tags: "b"));
        Assert.True(tier.Disk.IsOn);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Whatever_bytes_are_changed_no_answer_is_wrong_and_none_comes_back_that_was_void(int seed)
    {
        var random = new Random(seed);
        using var tier = new TestTier();
        byte[] original;
        for (var key = 0; key < 12; key++)
        {
            tier.Fill(TestCache.Key(key), $"answer {key}", null, null, $"tag {key}");
            tier.WriteAll();
            if (key % 3 == 2)
            {
                tier.Answers.Invalidate(TestCache.Tenant, [$"tag {key - 1}"]);
            }
        }
        tier.Disk.Dispose();
        string path = Assert.Single(tier.Segments());
        original = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        var found = 0;

        for (var round = 0; round < 300; round++)
        {
            byte[] changed = Damage(original, random);
            await File.WriteAllBytesAsync(path, changed, TestContext.Current.CancellationToken);
            tier.Start();
            for (var key = 0; key < 12; key++)
            {
                string? text = await tier.AskAsync(TestCache.Key(key), null, null, $"tag {key}");
                Assert.True(text is null || (text == $"answer {key}" && key % 3 != 1), $"round {round}, key {key}: {text}");
                found += text is null ? 0 : 1;
            }
            Assert.True(tier.Disk.IsOn);
            tier.Disk.Dispose();
        }
        // What is before a damaged record is void with it, and a file without damage to any head gives what it has.
        Assert.True(found > 0);
    }

    [Fact]
    public async Task A_record_that_is_damaged_while_the_process_runs_is_a_miss()
    {
        using var tier = new TestTier();
        tier.Fill(One, "kept");
        tier.Stop();
        string path = tier.Segments()[0];
        byte[] bytes = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(path, bytes, TestContext.Current.CancellationToken);

        Assert.Null(await tier.AskAsync(One));
        Assert.Equal(0, tier.Disk.Size.Entries);
        Assert.True(tier.Disk.IsOn);
    }

    [Fact]
    public async Task Another_tenants_file_opens_nothing()
    {
        DatabaseId neighbour = DatabaseId.New();
        using var tier = new TestTier();
        tier.Fill(One, "mine");
        tier.Fill(Two, "a neighbour's", tenant: neighbour);
        tier.Stop();
        tier.Disk.Dispose();
        File.Copy(tier.Segments(neighbour)[0], tier.Segments()[0], overwrite: true);
        tier.Start();

        Assert.Null(await tier.AskAsync(Two));
        Assert.Equal("a neighbour's", await tier.AskAsync(Two, tenant: neighbour));
    }

    [Fact]
    public async Task A_disk_that_is_full_ends_the_tier_and_nothing_else()
    {
        using var tier = new TestTier();
        tier.Fill(One, "kept", tags: "a");
        tier.Stop();
        // The next file of this database is a device that has no room.
        File.CreateSymbolicLink(Path.Combine(Path.GetDirectoryName(tier.Segments()[0])!, "00000002.answers"), "/dev/full");
        tier.Fill(Two, "no room");

        tier.WriteAll();

        Assert.False(tier.Disk.IsOn);
        Assert.Equal("no room", await tier.AskAsync(Two));
        Assert.Null(await tier.AskAsync(One, tags: "a"));
        tier.Answers.Invalidate(TestCache.Tenant, ["a"]);
        tier.Answers.InvalidateAll(TestCache.Tenant);
        tier.Kill();
        Assert.True(tier.Disk.IsOn);
        Assert.Null(await tier.AskAsync(One, tags: "a"));
    }

    [Fact]
    public async Task An_invalidation_that_cannot_be_written_down_makes_all_void()
    {
        using var tier = new TestTier();
        tier.Fill(One, "kept", tags: "a");
        tier.Stop();
        File.CreateSymbolicLink(Path.Combine(Path.GetDirectoryName(tier.Segments()[0])!, "00000002.answers"), "/dev/full");

        tier.Answers.Invalidate(TestCache.Tenant, ["a"]);

        Assert.False(tier.Disk.IsOn);
        tier.Kill();
        Assert.Null(await tier.AskAsync(One, tags: "a"));
    }

    [Fact]
    public void A_folder_that_another_process_has_is_refused()
    {
        using var tier = new TestTier();

        DormouseException refused = Assert.Throws<DormouseException>(tier.Start);

        Assert.Equal("DM4041", refused.Code);
    }

    [Fact]
    public void Nobody_else_can_read_what_is_on_disk()
    {
        using var tier = new TestTier();
        tier.Fill(One, "a tenant's secret");
        tier.Stop();

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(tier.Folder));
        foreach (string file in Directory.EnumerateFiles(tier.Folder, "*", SearchOption.AllDirectories))
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }
        Assert.Equal(-1, File.ReadAllBytes(tier.Segments()[0]).AsSpan().IndexOf(Encoding.UTF8.GetBytes("secret")));
    }

    private static byte[] Damage(byte[] original, Random random)
    {
        byte[] bytes = [.. original];
        switch (random.Next(4))
        {
            case 0:
                bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
                return bytes;
            case 1:
                int from = random.Next(bytes.Length);
                random.NextBytes(bytes.AsSpan(from, Math.Min(random.Next(1, 200), bytes.Length - from)));
                return bytes;
            case 2:
                return [.. bytes, .. bytes[..random.Next(bytes.Length)]];
            default:
                int cut = random.Next(bytes.Length);
                int more = random.Next(bytes.Length - cut);
                return [.. bytes[..cut], .. bytes[(cut + more)..]];
        }
    }
}
