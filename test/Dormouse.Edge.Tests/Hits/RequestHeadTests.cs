using System.Buffers;
using System.Globalization;
using System.Text;
using Dormouse.Edge.Hits;
using Microsoft.AspNetCore.Server.Kestrel.Core.Internal.Http;

namespace Dormouse.Edge.Tests.Hits;

/// <summary>What is read of a request's head, and what is left to Kestrel, whose own parser is the judge.</summary>
public sealed class RequestHeadTests
{
    private const int BytesMax = 16 * 1024;
    private const int LinesMax = 64;
    private const string Plain =
        "POST /query HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer k\r\nCache-Control: max-age=1\r\nContent-Length: 12\r\n\r\n";

    [Fact]
    public void A_plain_post_is_found_in_place()
    {
        HeadKind kind = Read(Plain + "{\"more\":true}", out RequestHead head);

        Assert.Equal(HeadKind.Framed, kind);
        Assert.True(head.IsPlainPost);
        Assert.Equal((Plain.Length, 12), (head.Bytes, head.BodyBytes));
        Assert.Equal("/query", Text(head.Target));
        Assert.Equal("Bearer k", Text(head.Authorization));
        Assert.Equal("max-age=1", Text(head.CacheControl));
        Assert.True(head.CacheTags.IsEmpty && head.ForwardedFor.IsEmpty);
    }

    [Fact]
    public void Each_beginning_of_a_head_is_incomplete()
    {
        for (int length = 0; length < Plain.Length; length++)
        {
            Assert.Equal(HeadKind.Incomplete, Read(Plain[..length], out _));
        }
    }

    [Theory]
    [InlineData("POST /query", "GET /query")]
    [InlineData("POST /query", "PUT /query")]
    [InlineData("POST /query", "POST /query?a=b")]
    [InlineData("POST /query", "POST http://localhost/query")]
    [InlineData("POST /query", "POST /que%72y")]
    [InlineData("Host: localhost\r\n", "")]
    [InlineData("Host: localhost", "Host: ")]
    [InlineData("Host: localhost", "Host: a@b")]
    [InlineData("Host: localhost", "Host: a\r\nHost: b")]
    [InlineData("Host: localhost", "Host: a\r\nConnection: close")]
    [InlineData("Host: localhost", "Host: a\r\nExpect: 100-continue")]
    [InlineData("Host: localhost", "Host: a\r\nContent-Encoding: gzip")]
    [InlineData("Host: localhost", "Host: a\r\nauthorization: Bearer z")]
    [InlineData("Host: localhost", "Host: a\r\nx-forwarded-for: 1.2.3.4\r\nX-Forwarded-For: 5.6.7.8")]
    [InlineData("Content-Length: 12\r\n", "")]
    public void What_only_kestrel_answers_still_has_an_end(string instead, string of)
    {
        HeadKind kind = Read(Plain.Replace(instead, of, StringComparison.Ordinal), out RequestHead head);

        Assert.Equal(HeadKind.Framed, kind);
        Assert.False(head.IsPlainPost);
    }

    [Theory]
    [InlineData("Content-Length: 12", "Content-Length: 12\r\nContent-Length: 12")]
    [InlineData("Content-Length: 12", "Content-Length: 12\r\nTransfer-Encoding: chunked")]
    [InlineData("Content-Length: 12", "Content-Length: +12")]
    [InlineData("Content-Length: 12", "Content-Length: 12,12")]
    [InlineData("Content-Length: 12", "Content-Length: 0x12")]
    [InlineData("Content-Length: 12", "Content-Length:")]
    [InlineData("Content-Length: 12", "Content-Length: 12345678901")]
    [InlineData("Content-Length: 12", "Content-Length : 12")]
    [InlineData("Content-Length: 12", "Content-Length: 1\n2")]
    [InlineData("Content-Length: 12", "A: b\r\n Content-Length: 12")]
    [InlineData("Content-Length: 12", "A: b\nContent-Length: 12")]
    [InlineData("Content-Length: 12", "A: b\rContent-Length: 12")]
    [InlineData("Content-Length: 12", "A: \0\r\nContent-Length: 12")]
    [InlineData("Content-Length: 12", ": b\r\nContent-Length: 12")]
    [InlineData("Content-Length: 12", "no colon\r\nContent-Length: 12")]
    [InlineData("Host: localhost", "Host: a\r\nUpgrade: websocket")]
    [InlineData("POST /query HTTP/1.1", "POST /query HTTP/1.0")]
    [InlineData("POST /query HTTP/1.1", "POST /query")]
    [InlineData("POST /query HTTP/1.1", "CONNECT a:1 HTTP/1.1")]
    public void Where_the_end_is_not_beyond_doubt_nothing_is_said(string instead, string of) =>
        Assert.Equal(HeadKind.Unframed, Read(Plain.Replace(instead, of, StringComparison.Ordinal), out _));

    [Fact]
    public void A_head_beyond_the_bounds_is_kestrels_to_refuse()
    {
        string many = string.Concat(Enumerable.Range(0, LinesMax).Select(i => $"X-{i}: y\r\n"));
        string large = $"X: {new string('y', BytesMax)}\r\n";

        Assert.Equal(HeadKind.Unframed, Read(Plain.Replace("Host", many + "Host", StringComparison.Ordinal), out _));
        Assert.Equal(HeadKind.Unframed, Read(Plain.Replace("Host", large + "Host", StringComparison.Ordinal), out _));
        Assert.Equal(HeadKind.Unframed, Read(new string('x', BytesMax), out _));
    }

    /// <summary>Whatever is put into a head, dropped or doubled: what is taken for framed here, Kestrel reads in the same way.</summary>
    [Fact]
    public void Kestrel_reads_no_head_otherwise_that_is_taken_for_framed()
    {
        const int Rounds = 40_000;
        string[] pieces =
        [
            "\r",
            "\n",
            "\r\n",
            " ",
            "\t",
            ":",
            "\0",
            ",",
            "/",
            ";",
            "é",
            "Content-Length: 3\r\n",
            "content-length:4\r\n",
            "Transfer-Encoding: chunked\r\n",
            "Host: h\r\n",
            "Expect: 100-continue\r\n",
            "A:  b  \r\n",
            "A:\tb\r\n",
            "A:\r\n",
            " folded\r\n",
            "GET / HTTP/1.1\r\n",
            "\r\n\r\n",
            "HTTP/1.1",
            "*",
            "%20",
        ];
        int seed = Random.Shared.Next();
        var dice = new Random(seed);
        int framed = 0;
        for (int round = 0; round < Rounds; round++)
        {
            string text = Plain;
            for (int change = dice.Next(3); change >= 0; change--)
            {
                int at = dice.Next(text.Length);
                text = dice.Next(3) switch
                {
                    0 => text.Remove(at, Math.Min(dice.Next(1, 4), text.Length - at)),
                    1 => text.Insert(at, pieces[dice.Next(pieces.Length)]),
                    _ => text.Insert(at, text.Substring(at, Math.Min(dice.Next(1, 30), text.Length - at))),
                };
            }
            byte[] bytes = Encoding.Latin1.GetBytes(text);
            if (RequestHead.Read(bytes, BytesMax, LinesMax, out RequestHead head) == HeadKind.Framed)
            {
                framed++;
                KestrelHead judge = KestrelHead.Read(bytes);
                string what =
                    $"seed {seed}: {text.Replace("\r", "\\r", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)}";
                // What Kestrel refuses ends the connection, so that nothing can come after it.
                if (judge.Refused)
                {
                    Assert.False(head.IsPlainPost, what);
                    continue;
                }
                Assert.True(judge.Bytes == head.Bytes, what);
                Assert.True(judge.Of("transfer-encoding") == "", what);
                Assert.True(
                    judge.Has("content-length")
                        ? int.Parse(judge.Of("content-length"), CultureInfo.InvariantCulture) == head.BodyBytes
                        : head.BodyBytes == 0,
                    what
                );
                if (head.IsPlainPost)
                {
                    Assert.True(judge.Line == $"Post {Text(head.Target)}", what);
                    Assert.True(judge.Of("authorization") == Text(head.Authorization), what);
                    Assert.True(judge.Of("cache-control") == Text(head.CacheControl), what);
                    Assert.True(judge.Of("accelerate-cache-tags") == Text(head.CacheTags), what);
                    Assert.True(judge.Of("x-forwarded-for") == Text(head.ForwardedFor), what);
                }
            }
        }
        Assert.True(framed > Rounds / 20, $"Only {framed} of the heads were any.");
    }

    private static HeadKind Read(string text, out RequestHead head) =>
        RequestHead.Read(Encoding.Latin1.GetBytes(text), BytesMax, LinesMax, out head);

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes);

    /// <summary>A head as Kestrel's parser reads it.</summary>
    private sealed class KestrelHead : IHttpRequestLineHandler, IHttpHeadersHandler
    {
        private readonly Dictionary<string, List<string>> headers = new(StringComparer.OrdinalIgnoreCase);

        public bool Refused { get; private set; }

        public int Bytes { get; private set; }

        public string Line { get; private set; } = "";

        public static KestrelHead Read(byte[] bytes)
        {
            var head = new KestrelHead();
            var reader = new SequenceReader<byte>(new ReadOnlySequence<byte>(bytes));
            var parser = new HttpParser<KestrelHead>();
            try
            {
                head.Refused = !parser.ParseRequestLine(head, ref reader) || !parser.ParseHeaders(head, ref reader);
                head.Bytes = (int)reader.Consumed;
            }
            catch (Microsoft.AspNetCore.Http.BadHttpRequestException)
            {
                head.Refused = true;
            }
            return head;
        }

        public bool Has(string name) => headers.ContainsKey(name);

        public string Of(string name) => headers.TryGetValue(name, out List<string>? values) ? string.Join('|', values) : "";

        public void OnStartLine(HttpVersionAndMethod versionAndMethod, TargetOffsetPathLength targetPath, Span<byte> startLine)
        {
            Line = $"{versionAndMethod.Method} {Encoding.Latin1.GetString(startLine[targetPath.Offset..]).Split(' ')[0]}";
        }

        public void OnHeader(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
        {
            string key = Encoding.Latin1.GetString(name);
            if (!headers.TryGetValue(key, out List<string>? values))
            {
                headers[key] = values = [];
            }
            values.Add(Encoding.Latin1.GetString(value));
        }

        public void OnHeadersComplete(bool endStream) { }

        public void OnStaticIndexedHeader(int index) => throw new NotSupportedException();

        public void OnStaticIndexedHeader(int index, ReadOnlySpan<byte> value) => throw new NotSupportedException();
    }
}
